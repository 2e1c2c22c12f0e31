/**
 * Starts, watches and ends processes.
 *
 *     start ─► starting ─ready─► running ─stop─► stopping ─► stopped
 *                 └── exits, or not ready in time ──► failed ◄── exits by itself ── running
 *
 * 1. Each process leads a process group of its own, so Ctrl-C in the terminal reaches only the demo, which then ends them in order.
 * 2. A process that was started is ended: by `stop`, by `stopAll`, or by the watchdog when this process dies without either.
 * 3. Ending is SIGTERM, then SIGKILL by its id after a bound.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ProcessError } from './errors.ts'
import type { ProcessState, ProcessStatus } from './process-status.ts'

export interface ProcessSpec {
  /** Unique; also the name of the log file. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** True once it serves. Called until then; an exception counts as "not yet". */
  readonly isReady: () => Promise<boolean>
}

export interface Supervisor {
  /** Resolves when the process is ready. Throws a ProcessError when it ends first or takes too long. */
  start(spec: ProcessSpec): Promise<void>
  /** SIGKILL, as a power cut would. Resolves when the process is gone. */
  kill(name: string): Promise<void>
  stop(name: string): Promise<void>
  /** Ends all, group after group in the order given; those not named come last. */
  stopAll(order: readonly (readonly string[])[]): Promise<void>
  list(): readonly ProcessStatus[]
  lastLines(name: string, count: number): readonly string[]
}

export interface SupervisorOptions {
  readonly logDir: string
  /** Called when a process ends that nobody asked to end. */
  readonly onUnexpectedEnd: (name: string, how: string) => void
  readonly readyTimeoutMs?: number
  readonly stopTimeoutMs?: number
}

interface Running {
  readonly spec: ProcessSpec
  readonly child: ChildProcess
  readonly exited: Promise<void>
}

interface Entry {
  state: ProcessState
  since: string
  ended: string | null
  readonly logFile: string
  running: Running | undefined
}

const largeLogBytes = 10_000_000
const pollMs = 100

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { logDir, readyTimeoutMs = 180_000, stopTimeoutMs = 30_000 } = options
  mkdirSync(logDir, { recursive: true })
  const entries = new Map<string, Entry>()
  const watchdog = startWatchdog()
  let isClosed = false

  function enter(entry: Entry, state: ProcessState, ended: string | null = null): void {
    entry.state = state
    entry.ended = ended
    entry.since = new Date().toISOString()
  }

  function launch(spec: ProcessSpec, entry: Entry): Running {
    rotateLog(entry.logFile)
    const log = openSync(entry.logFile, 'a')
    const child = spawn(spec.command, spec.args, { env: spec.env, detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    const exited = new Promise<void>((resolve) => {
      const end = (how: string) => {
        const asked = entry.state === 'stopping'
        const starting = entry.state === 'starting'
        entry.running = undefined
        enter(entry, asked ? 'stopped' : 'failed', how)
        if (child.pid !== undefined) watchdog.forget(child.pid)
        resolve()
        if (!asked && !starting) options.onUnexpectedEnd(spec.name, how)
      }
      child.once('error', (error) => {
        if (child.pid === undefined) end(error.message)
      })
      child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `ended by ${signal}`))
    })
    if (child.pid !== undefined) watchdog.remember(child.pid)
    return { spec, child, exited }
  }

  async function start(spec: ProcessSpec): Promise<void> {
    if (isClosed) throw new ProcessError(spec.name, 'was not started: everything is being ended', [])
    const known = entries.get(spec.name)
    if (known?.running !== undefined) throw new ProcessError(spec.name, 'is running already', [])
    const entry: Entry = known ?? {
      state: 'starting',
      since: '',
      ended: null,
      logFile: join(logDir, `${spec.name}.log`),
      running: undefined,
    }
    entries.set(spec.name, entry)
    enter(entry, 'starting')
    entry.running = launch(spec, entry)
    const deadline = Date.now() + readyTimeoutMs
    while (!(await spec.isReady().catch(() => false))) {
      if (entry.running === undefined) {
        throw new ProcessError(spec.name, `ended before it was ready (${entry.ended})`, lastLines(spec.name, 8))
      }
      if (Date.now() > deadline) {
        await end(spec.name, 'SIGTERM')
        const seconds = readyTimeoutMs / 1000
        throw new ProcessError(spec.name, `was not ready within ${seconds} s`, lastLines(spec.name, 8))
      }
      await sleep(pollMs)
    }
    // It may have ended while the last look at it was under way, and a leftover of another run may have answered for it.
    if (entry.running === undefined)
      throw new ProcessError(spec.name, `ended (${entry.ended})`, lastLines(spec.name, 8))
    enter(entry, 'running')
  }

  async function end(name: string, first: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const entry = entries.get(name)
    const running = entry?.running
    if (entry === undefined || running?.child.pid === undefined) return
    enter(entry, 'stopping')
    signalGroup(running.child.pid, first)
    const timeout = new AbortController()
    const timedOut = sleep(stopTimeoutMs, 'timeout', { signal: timeout.signal }).catch(() => 'cancelled')
    const outcome = await Promise.race([running.exited, timedOut])
    timeout.abort()
    if (outcome === 'timeout') signalGroup(running.child.pid, 'SIGKILL')
    await running.exited
  }

  async function stopAll(order: readonly (readonly string[])[]): Promise<void> {
    isClosed = true
    const named = new Set(order.flat())
    const rest = [...entries.keys()].filter((name) => !named.has(name))
    for (const group of [...order, rest]) await Promise.all(group.map((name) => end(name, 'SIGTERM')))
    watchdog.close()
  }

  function lastLines(name: string, count: number): readonly string[] {
    const entry = entries.get(name)
    return entry === undefined ? [] : tail(entry.logFile, count)
  }

  return {
    start,
    kill: (name) => end(name, 'SIGKILL'),
    stop: (name) => end(name, 'SIGTERM'),
    stopAll,
    list: () =>
      [...entries].map(([name, { state, since, ended, logFile, running }]) => {
        return { name, state, since, ended, logFile, pid: running?.child.pid ?? null }
      }),
    lastLines,
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone already, which is what the signal was for.
  }
}

function startWatchdog() {
  const script = fileURLToPath(new URL('watchdog.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  // A watchdog that was killed is a loss of comfort, not a reason to end the demo.
  child.once('error', () => undefined)
  child.stdin.on('error', () => undefined)
  child.unref()
  return {
    remember: (pid: number) => void child.stdin.write(`+${pid}\n`),
    forget: (pid: number) => void child.stdin.write(`-${pid}\n`),
    close: () => child.stdin.end(),
  }
}

/** Logs are kept between runs, and one generation of large ones. */
function rotateLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > largeLogBytes) renameSync(path, `${path}.1`)
}

function tail(path: string, count: number): readonly string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count)
  } catch {
    return []
  }
}
