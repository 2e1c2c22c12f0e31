/** A program of ours as a child process, for tests that kill it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** Several processes that start at once on a busy machine take their time. */
const startLimitMs = 180_000
/** Half of what a start costs is compiling, which is kept for the next one: tests that kill start the same program often. */
const compileCache = join(tmpdir(), 'tidemark-compile-cache')

export async function startProcess(options: ProcessOptions): Promise<NodeProcess> {
  const child = spawn(process.execPath, [options.program], {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compileCache, ...options.env },
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
    const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
    const isReady = async (): Promise<boolean> => hasEnded() || (await fetch(options.readyUrl)).ok
    await waitUntil(`${options.program} is ready`, isReady, startLimitMs)
    // One that was told to kill itself has been ready all the same.
    if (child.exitCode !== null) throw new Error(`left with code ${child.exitCode}`)
  } catch (error) {
    await kill()
    throw new Error(`${options.program} did not start: ${written}`, { cause: error })
  }
  return { pid: child.pid ?? 0, output: () => written, kill }
}
