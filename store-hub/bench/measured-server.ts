// A server in its own process, and what /proc tells of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Target } from './http-connection.ts'

export interface MeasuredServer {
  readonly name: string
  readonly target: Target
  /** CPU time that the process has used, in microseconds; undefined when it is not on this machine */
  cpuMicros(): number | undefined
  /** resident memory in MB, undefined likewise */
  rssMb(): number | undefined
  close(): Promise<void>
}

const START_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 10_000

/** Starts `servers/<name>.ts` over a new folder inside `parent`. */
export async function startServer(
  name: string,
  parent: string,
  nodeOptions: readonly string[] = [],
): Promise<MeasuredServer> {
  const folder = await mkdtemp(path.join(parent, `bench-${name}-`))
  const file = path.join(import.meta.dirname, 'servers', `${name}.ts`)
  const child = spawn(process.execPath, [...nodeOptions, file, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
  const [started] = (await Promise.race([once(lines, 'line'), exited.then(() => [undefined])])) as [string | undefined]
  clearTimeout(timer)
  const { pid } = child
  if (started === undefined || pid === undefined) throw new Error(`the server '${name}' did not start`)
  return {
    name,
    target: { url: new URL(started) },
    cpuMicros: () => cpuMicrosOf(pid),
    rssMb: () => rssMbOf(pid),
    async close() {
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await exited
      clearTimeout(killer)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A CouchDB that runs already; measured too when it is a process of this machine that we may look at. */
export function useCouchDb(address: string): MeasuredServer {
  const url = new URL(address)
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  const authorization = url.username === '' ? {} : { authorization: `Basic ${btoa(credentials)}` }
  const pid = findListener(Number(url.port || 5984))
  return {
    name: 'couchdb',
    target: { url: new URL(url.origin), ...authorization },
    cpuMicros: () => (pid === undefined ? undefined : cpuMicrosOf(pid)),
    rssMb: () => (pid === undefined ? undefined : rssMbOf(pid)),
    close: () => Promise.resolve(),
  }
}

/** Linux counts CPU time in hundredths of a second, on every machine that Node runs on. */
const MICROS_PER_TICK = 10_000

function cpuMicrosOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The second field, the name, may contain blanks; those after it don't. utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK
}

export function rssMbOf(pid: number): number {
  const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return Number(kilobytes) / 1_024
}

/** The process that listens on a TCP port of this machine. */
function findListener(port: number): number | undefined {
  const wanted = new RegExp(`^\\s*\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A `)
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => readFileSync(file, 'latin1').split('\n'))
    .filter((line) => wanted.test(line))
    .map((line) => `socket:[${line.trim().split(/\s+/)[9]}]`)
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .find((pid) => openFilesOf(pid).some((file) => sockets.includes(file)))
}

function openFilesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`))
  } catch {
    // Another user's process, or one that has just ended.
    return []
  }
}
