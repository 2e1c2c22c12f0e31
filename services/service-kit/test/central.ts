/** The embedded central as a process of its own: services may not import the hub, and CouchDB is a process too. */
import { fileURLToPath } from 'node:url'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { startProcess, type NodeProcess } from './node-process.ts'

export interface Central {
  /** With credentials. */
  readonly url: string
  /** `kill -9`; its data stays. */
  halt(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
  /** A request as the administrator; `body` is sent as JSON. Answers the JSON. */
  request(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>>
}

const program = fileURLToPath(new URL('../../../store-hub/src/embedded-central/server.ts', import.meta.url))

export async function startCentral(): Promise<Central> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-central-'))
  const port = await freePort()
  let child: NodeProcess | undefined

  async function resume(): Promise<void> {
    child = await startProcess({
      program,
      env: {
        CENTRAL_HOST: '127.0.0.1',
        CENTRAL_PORT: String(port),
        CENTRAL_DATA_DIR: folder,
        CENTRAL_USER: 'admin',
        CENTRAL_PASSWORD: 'secret',
        LOG_LEVEL: 'warn',
      },
      readyUrl: `http://127.0.0.1:${port}/_up`,
    })
  }

  await resume()
  return {
    url: `http://admin:secret@127.0.0.1:${port}`,
    async halt() {
      await child?.kill()
    },
    resume,
    async request(method, path, body) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { authorization: `Basic ${btoa('admin:secret')}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return (await response.json()) as Readonly<Record<string, unknown>>
    },
    async stop() {
      await child?.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
