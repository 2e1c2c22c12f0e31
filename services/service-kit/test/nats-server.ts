/** A real nats-server with JetStream in a temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface NatsServer {
  readonly url: string
  /** Stops the process and keeps its data. */
  halt(): Promise<void>
  /** Starts it again, at the same address with the same data. */
  resume(): Promise<void>
  /** Stops the process and removes its data. */
  stop(): Promise<void>
}

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))
const startLimitMs = 120_000

/** NATS_SERVER, then `.tools/bin` of the repository, then PATH. */
function findBinary(): string {
  const folders = [join(repositoryRoot, '.tools/bin'), ...(process.env['PATH'] ?? '').split(delimiter)]
  const candidates = [process.env['NATS_SERVER'] ?? '', ...folders.map((folder) => join(folder, 'nats-server'))]
  const found = candidates.find((file) => file !== '' && isExecutable(file))
  if (found === undefined) throw new Error('nats-server not found: set NATS_SERVER, or put it into PATH or .tools/bin')
  return found
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export async function startNatsServer(): Promise<NatsServer> {
  const binary = findBinary()
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-nats-'))
  let port = -1
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const started = spawn(
      binary,
      ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'data'), '--ports_file_dir', folder],
      { stdio: 'ignore' },
    )
    child = started
    port = await readPort(folder, started)
  }

  async function halt(): Promise<void> {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null) return
    const gone = once(running, 'exit')
    running.kill('SIGKILL')
    await gone
    await removePortsFile(folder)
  }

  await start()
  return {
    get url() {
      return `nats://127.0.0.1:${port}`
    },
    halt,
    resume: start,
    async stop() {
      await halt()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** With port -1 the server chooses one and writes it into a file in `--ports_file_dir`. */
async function readPort(folder: string, child: ChildProcess): Promise<number> {
  const deadline = Date.now() + startLimitMs
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`nats-server left with code ${child.exitCode}`)
    const file = (await readdir(folder)).find((name) => name.endsWith('.ports'))
    const text = file === undefined ? '' : await readFile(join(folder, file), 'utf8')
    const port = /"nats:\/\/127\.0\.0\.1:([0-9]+)"/.exec(text)?.[1]
    if (port !== undefined) return Number(port)
    await sleep(20)
  }
  throw new Error('nats-server did not say its port in time')
}

async function removePortsFile(folder: string): Promise<void> {
  const stale = (await readdir(folder)).filter((name) => name.endsWith('.ports'))
  await Promise.all(stale.map((name) => rm(join(folder, name))))
}
