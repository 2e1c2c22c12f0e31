// Runs every check, also after one has failed, and prints one line for each. The output of a check is shown when it fails.
import { spawn } from 'node:child_process'

export interface CheckResult {
  readonly name: string
  readonly ok: boolean
}

const checks = [
  { name: 'format', script: 'check:format' },
  { name: 'lint', script: 'check:lint' },
  { name: 'types', script: 'check:types' },
  { name: 'unused code', script: 'check:unused' },
  { name: 'arrows between folders', script: 'check:arrows' },
] as const

/** More than a check has ever taken; one that hangs must not hold up the rest. */
const checkTimeoutMs = 600_000

export async function runChecks(): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of checks) {
    const startedAt = performance.now()
    const { ok, output } = await runScript(check.script)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  check: ${check.name} (${seconds} s)\n`)
    if (!ok) process.stdout.write(`${output.trimEnd()}\n`)
    results.push({ name: check.name, ok })
  }
  return results
}

function runScript(script: string): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: checkTimeoutMs,
    })
    let output = ''
    const keep = (text: string) => {
      output += text
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.on('error', (error) => resolve({ ok: false, output: error.message }))
    child.on('close', (code, signal) => {
      resolve({ ok: code === 0, output: signal === null ? output : `${output}\nstopped by ${signal}` })
    })
  })
}

if (import.meta.main) {
  const results = await runChecks()
  process.exit(results.every((result) => result.ok) ? 0 : 1)
}
