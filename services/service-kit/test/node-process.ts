/** A program of ours as a child process, for tests that kill it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitUntil } from './wait-until.ts'

export interface NodeProcess {
  readonly pid: number
  /** Everything that it wrote so far. */
  output(): string
  /** Sends a signal (SIGKILL unless given) and resolves with the exit code, null after a kill, once it is gone. */
  kill(signal?: NodeJS.Signals): Promise<number | null>
}

export interface ProcessOptions {
  readonly program: string
  readonly env: Readonly<Record<string, string>>
  /** Polled until it answers 200. */
  readonly readyUrl: string
}

export async function startProcess(options: ProcessOptions): Promise<NodeProcess> {
  const child = spawn(process.execPath, [options.program], {
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit').then(() => child.exitCode)
  let written = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      written = (written + text).slice(-100_000)
    })
  }
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return exited
  }
  try {
    await waitUntil(`${options.program} is ready`, async () => {
      if (child.exitCode !== null) throw new Error(`left with code ${child.exitCode}`)
      return (await fetch(options.readyUrl)).ok
    })
  } catch (error) {
    await kill()
    throw new Error(`${options.program} did not start: ${written}`, { cause: error })
  }
  return { pid: child.pid ?? 0, output: () => written, kill }
}
