import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export interface CentralProcess {
  /** with user and password */
  readonly url: string
  /** Ends it without notice, as a power cut would. */
  kill(): Promise<void>
  /** Asks it to end; gives its exit code. */
  stop(): Promise<number | null>
}

/** The embedded central as its own process, over `directory`, on a free port. */
export async function startCentralProcess(directory: string): Promise<CentralProcess> {
  const server = fileURLToPath(new URL('../server.ts', import.meta.url))
  const child = spawn(process.execPath, [server], {
    env: { CENTRAL_DATA_DIR: directory, CENTRAL_PORT: '0', CENTRAL_USER: 'admin', CENTRAL_PASSWORD: 's:cret' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await readAddress(child)
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    return child.exitCode
  }
  return {
    url: address.replace('http://', 'http://admin:s%3Acret@'),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

async function readAddress(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const piece of child.stdout ?? []) {
    text += String(piece)
    const address = /listening at (http:\/\/[\d.:]+)/.exec(text)?.[1]
    if (address === undefined) continue
    child.stdout?.resume()
    return address
  }
  throw new Error(`the central ended without an address: ${text}`)
}
