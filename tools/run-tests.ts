// The whole test run: checks, unit and integration tests, smoke. Everything runs also after a failure. What failed is named once more at
// the end, for those who see only that, and the last line is
//
//   N passed, N failed
//
// Exit code 0 needs every part to have succeeded and to have run at least one test: a run that tested nothing has not passed.
//
// A few stories in a browser that failed by waiting too long are run once more with the machine to themselves, and named at the end: other
// work on the machine may have been the reason. A test that saw a wrong value has failed, whatever it sees the next time.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { runChecks } from './run-checks.ts'

interface Tally {
  readonly passed: number
  readonly failed: number
  /** What failed, a line each; empty where the part itself can't say. */
  readonly failures?: readonly string[]
  /** What passed at its second try only, a line each. */
  readonly late?: readonly string[]
}

/** What Vitest's JSON report says of a file, as far as it is read here. */
interface FileResult {
  readonly name: string
  readonly status: string
  readonly message?: string
  readonly assertionResults: readonly {
    readonly fullName: string
    readonly status: string
    readonly failureMessages?: readonly string[]
  }[]
}

const reportFile = 'test-results/vitest.json'
/** More failures than these have another reason than a busy machine. */
const maxSecondTries = 5
const waitedTooLong = /^tests\/(terminal|console)\/.*(not within \d+ s|timed out|Timeout \d+ms exceeded)/

/** What `--long` adds, each a program that ends with 0 when all is well. */
const longRuns: readonly { readonly title: string; readonly script: string; readonly args: readonly string[] }[] = [
  {
    title: 'kill -9 under load, 200 rounds',
    script: 'store-hub/src/store/testing/kill-rounds.ts',
    args: ['--rounds', '200'],
  },
]
const longSmokeRuns = 10

const { values } = parseArgs({ options: { long: { type: 'boolean', default: false } } })

const tallies = [await runCheckTally(), await runVitest()]
if (values.long) for (const long of longRuns) tallies.push(await runProgram(long.title, long.script, long.args))
for (let run = 0; run < (values.long ? longSmokeRuns : 1); run += 1) tallies.push(await runSmoke())

const late = tallies.flatMap((tally) => tally.late ?? [])
if (late.length > 0) {
  heading('what passed at its second try only')
  for (const line of late) process.stdout.write(`${line}\n`)
}
const passed = tallies.reduce((total, tally) => total + tally.passed, 0)
const failed = tallies.reduce((total, tally) => total + tally.failed, 0)
if (failed > 0) {
  heading('what failed')
  for (const tally of tallies) for (const failure of tally.failures ?? []) process.stdout.write(`${failure}\n`)
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

async function runCheckTally(): Promise<Tally> {
  heading('checks')
  const results = await runChecks()
  const failures = results.filter((result) => !result.ok).map((result) => `check: ${result.name}`)
  return { passed: results.length - failures.length, failed: failures.length, failures }
}

/** Vitest prints its own summary; the JSON report says how many tests that was. */
async function runVitest(): Promise<Tally> {
  heading('unit and integration tests')
  const first = await runTestFiles([])
  const failures = first.files.flatMap(failuresOf)
  const failedFiles = first.files.filter((file) => failuresOf(file).length > 0)
  // An error outside of any test has no line of its own, and would be forgotten with the first try.
  if (first.hasStrayErrors || !deservesSecondTry(failures)) return judged('vitest', tallyOf(first.files), first.code)
  heading('again, by themselves')
  const second = await runTestFiles(['--maxWorkers=1', ...failedFiles.map(({ name }) => name)])
  const again = new Map(second.files.map((file) => [file.name, file]))
  const files = first.files.map((file) => again.get(file.name) ?? file)
  return judged('vitest', { ...tallyOf(files), late: lateOnes(failures, files.flatMap(failuresOf)) }, second.code)
}

interface TestRun {
  readonly code: number
  readonly files: readonly FileResult[]
  readonly hasStrayErrors: boolean
}

async function runTestFiles(args: readonly string[]): Promise<TestRun> {
  mkdirSync('test-results', { recursive: true })
  rmSync(reportFile, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const { code, output } = await run('vitest', ['run', ...reporters, ...args])
  // A line of the summary, beside the numbers of files and tests.
  const hasStrayErrors = /^\s*Errors\s+\d+ error/m.test(stripVTControlCharacters(output))
  if (!existsSync(reportFile)) return { code, files: [], hasStrayErrors }
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as { testResults: FileResult[] }
  return { code, files: report.testResults, hasStrayErrors }
}

/** A test that was skipped has not passed. */
function tallyOf(files: readonly FileResult[]): Tally {
  const passed = files.flatMap((file) => file.assertionResults).filter((test) => test.status === 'passed').length
  const failures = files.flatMap(failuresOf)
  return { passed, failed: failures.length, failures }
}

/** Each test that failed or was skipped, and each file that would not load, with the first line of why. */
function failuresOf(file: FileResult): string[] {
  const name = relative(process.cwd(), file.name)
  const tests = file.assertionResults.filter((test) => test.status !== 'passed')
  if (tests.length === 0) return file.status === 'passed' ? [] : [`${name}: ${firstLine(file.message)}`]
  return tests.map((test) => `${name} > ${test.fullName} (${test.status}): ${firstLine(test.failureMessages?.[0])}`)
}

function deservesSecondTry(failures: readonly string[]): boolean {
  return (
    failures.length > 0 && failures.length <= maxSecondTries && failures.every((failure) => waitedTooLong.test(failure))
  )
}

/** Of the lines of a first try, those whose test is not among the failures of the second. */
function lateOnes(first: readonly string[], second: readonly string[]): string[] {
  const nameOf = (line: string): string => line.split(' (', 1)[0]!
  const failedAgain = new Set(second.map(nameOf))
  return first.filter((line) => !failedAgain.has(nameOf(line)))
}

function firstLine(text: string | undefined): string {
  return (text ?? '').trim().split('\n', 1)[0]!.slice(0, 300)
}

async function runProgram(title: string, script: string, args: readonly string[]): Promise<Tally> {
  heading(title)
  const { code } = await run(process.execPath, [script, ...args])
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, failures: [title] }
}

async function runSmoke(): Promise<Tally> {
  heading('smoke')
  const { code, output } = await run(process.execPath, ['tests/e2e/smoke.ts'])
  const match = /(\d+) passed, (\d+) failed\s*$/.exec(output)
  // A step, and below it the first line of why.
  const failures = [...output.matchAll(/^FAILED (.*)\n? *(.*)$/gm)].map(
    ([, step, reason]) => `smoke: ${step} (${reason})`,
  )
  return judged('smoke', { passed: Number(match?.[1] ?? 0), failed: Number(match?.[2] ?? 0), failures }, code)
}

/** A part that ended badly without a failed test (a crash, a file that would not load), or ran nothing, is one failure. */
function judged(part: string, tally: Tally, code: number): Tally {
  const silentFailure = tally.failed === 0 && (code !== 0 || tally.passed === 0)
  if (!silentFailure) return tally
  return { ...tally, failed: 1, failures: [...(tally.failures ?? []), `${part}: ended with exit code ${code}`] }
}

function heading(text: string): void {
  process.stdout.write(`\n== ${text}\n`)
}

/** Runs a command with its output shown as it comes, and returns the end of it. */
function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text)
      output = (output + text).slice(-10_000)
    })
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`)
      resolve({ code: 1, output })
    })
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
