// The whole test run: checks, unit and integration tests, smoke. Everything runs also after a failure, and the last line is
//
//   N passed, N failed
//
// Exit code 0 needs every part to have succeeded and to have run at least one test: a run that tested nothing has not passed.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runChecks } from './run-checks.ts'

interface Tally {
  readonly passed: number
  readonly failed: number
}

const reportFile = 'test-results/vitest.json'

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

const passed = tallies.reduce((total, tally) => total + tally.passed, 0)
const failed = tallies.reduce((total, tally) => total + tally.failed, 0)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

async function runCheckTally(): Promise<Tally> {
  heading('checks')
  const results = await runChecks()
  const ok = results.filter((result) => result.ok).length
  return { passed: ok, failed: results.length - ok }
}

/** Vitest prints its own summary; the JSON report says how many tests that was. */
async function runVitest(): Promise<Tally> {
  heading('unit and integration tests')
  mkdirSync('test-results', { recursive: true })
  rmSync(reportFile, { force: true })
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const { code } = await run('vitest', args)
  const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as Record<string, unknown>) : {}
  const counted = { passed: countOf(report, 'numPassedTests'), failed: countOf(report, 'numFailedTests') }
  const skipped = countOf(report, 'numPendingTests') + countOf(report, 'numTodoTests')
  if (skipped > 0) process.stdout.write(`${skipped} tests were skipped, which counts as a failure\n`)
  return judged({ passed: counted.passed, failed: counted.failed + skipped }, code)
}

async function runProgram(title: string, script: string, args: readonly string[]): Promise<Tally> {
  heading(title)
  const { code } = await run(process.execPath, [script, ...args])
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

async function runSmoke(): Promise<Tally> {
  heading('smoke')
  const { code, output } = await run(process.execPath, ['tests/e2e/smoke.ts'])
  const match = /(\d+) passed, (\d+) failed\s*$/.exec(output)
  return judged({ passed: Number(match?.[1] ?? 0), failed: Number(match?.[2] ?? 0) }, code)
}

/** A part that ended badly without a failed test (a crash, a file that would not load), or ran nothing, is one failure. */
function judged(tally: Tally, code: number): Tally {
  const silentFailure = tally.failed === 0 && (code !== 0 || tally.passed === 0)
  return silentFailure ? { ...tally, failed: 1 } : tally
}

function countOf(report: Record<string, unknown>, field: string): number {
  const value = report[field]
  return typeof value === 'number' ? value : 0
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
