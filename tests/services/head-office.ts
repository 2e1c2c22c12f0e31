/** The centre as it runs in production: CouchDB's stand-in, NATS and the services, each a process that may be killed at any time. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  connectPublisher,
  freePort,
  signToken,
  startCentral,
  startNatsServer,
  type Central,
  type NodeProcess,
  type TestPublisher,
} from '@tidemark/service-kit/test-support'
import type { Random } from './random.ts'
import { serviceNames, startServiceProcess, type ServiceName } from './service-process.ts'

export type Answer = Readonly<Record<string, unknown>>

export interface HeadOffice {
  readonly central: Central
  readonly publisher: TestPublisher
  /** The answer, when it is one of success. */
  get(service: ServiceName, path: string): Promise<Answer>
  post(service: ServiceName, path: string, body?: unknown): Promise<Answer>
  /** Any answer, also a refusal; a text is sent as it is, as JSON. */
  answerTo(
    service: ServiceName,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: Answer }>
  /** All items of a list, page by page. */
  list(service: ServiceName, path: string): Promise<readonly Answer[]>
  /** Kills every service that many times at moments of its own, and starts it again each time. */
  killAll(times: number, random: Random): Promise<void>
  stop(): Promise<void>
}

/** Milliseconds after a start within which the next kill comes: within starting up as well as long after it. */
const killWithinMs = 4000

export async function startHeadOffice(): Promise<HeadOffice> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-replay-'))
  const [central, nats] = await Promise.all([startCentral(), startNatsServer()])
  const publisher = await connectPublisher(nats.url)
  const token = await signToken({ expiresInSeconds: 3600 })
  const ports = new Map<ServiceName, number>()
  for (const name of serviceNames) ports.set(name, await freePort())
  const stopping = new AbortController()
  const running = new Map<ServiceName, NodeProcess>()

  const urlOf = (name: ServiceName): string => `http://127.0.0.1:${ports.get(name)}`
  async function start(name: ServiceName): Promise<void> {
    const port = ports.get(name) ?? 0
    const child = await startServiceProcess(name, {
      port,
      couchdbUrl: central.url,
      natsUrl: nats.url,
      keyFolder: folder,
    })
    running.set(name, child)
    // Started again while the test came to its end, by a failure elsewhere.
    if (stopping.signal.aborted) await child.kill('SIGKILL')
  }

  async function answerTo(name: ServiceName, method: string, path: string, sent?: unknown) {
    const response = await fetch(urlOf(name) + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(sent === undefined ? {} : { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: (isJson ? JSON.parse(text) : { text }) as Answer }
  }

  async function ask(name: ServiceName, method: string, path: string, sent?: unknown): Promise<Answer> {
    const { status, body } = await answerTo(name, method, path, sent)
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`)
    return body
  }

  await Promise.all(serviceNames.map(start))
  return {
    central,
    publisher,
    get: (name, path) => ask(name, 'GET', path),
    post: (name, path, body) => ask(name, 'POST', path, body),
    answerTo,
    async list(name, path) {
      const items: Answer[] = []
      for (let cursor: unknown = ''; cursor !== null;) {
        const page = await ask(name, 'GET', `${path}${cursor === '' ? '' : `&cursor=${String(cursor)}`}`)
        items.push(...(page['items'] as readonly Answer[]))
        cursor = page['nextCursor']
      }
      return items
    },
    async killAll(times, random) {
      await Promise.all(
        serviceNames.map(async (name) => {
          for (let kill = 0; kill < times && !stopping.signal.aborted; kill += 1) {
            await sleep(random.below(killWithinMs))
            await running.get(name)?.kill('SIGKILL')
            await start(name)
          }
        }),
      )
    },
    async stop() {
      stopping.abort()
      await Promise.all([...running.values()].map((child) => child.kill('SIGKILL')))
      await publisher.close()
      await Promise.all([central.stop(), nats.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
