/** A service inside the test's process, on a free port, against real dependencies. */
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import { loadServiceConfig } from '../src/config.ts'
import { startService, type RunningService, type ServiceDefinition, type StartOptions } from '../src/service.ts'
import type { Central } from './central.ts'
import type { NatsServer } from './nats-server.ts'
import { signInEnvironment, signToken } from './sign-in.ts'
import { waitUntil } from './wait-until.ts'

export interface TestAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface TestService {
  readonly service: RunningService
  /** As an admin, unless a token is given; an empty one stands for none. */
  get(path: string, token?: string): Promise<TestAnswer>
  /** The same with a method and a JSON body. */
  send(method: string, path: string, body?: unknown, token?: string): Promise<TestAnswer>
}

/** For services of which a test wants no word. */
export const silentLogger: FastifyBaseLogger = pino({ level: 'silent' })

/** Resolves when it is ready. Reconciles every 300 ms unless told otherwise. */
export async function runInProcess(
  definition: ServiceDefinition,
  central: Pick<Central, 'url'>,
  nats: Pick<NatsServer, 'url'>,
  options: Omit<StartOptions, 'logger'> = {},
): Promise<TestService> {
  const loaded = loadServiceConfig({
    PORT: '0',
    COUCHDB_URL: central.url,
    NATS_URL: nats.url,
    ...signInEnvironment(),
  })
  if (!loaded.ok) throw new Error(loaded.problems.join('; '))
  const service = await startService(loaded.config, definition, {
    logger: silentLogger,
    reconcileEveryMs: 300,
    ...options,
  })
  await waitUntil('the service is ready', async () => (await fetch(`${service.address}/health/ready`)).ok)
  const admin = await signToken({ expiresInSeconds: 3600 })
  return {
    service,
    get: (path, token = admin) => ask(service.address + path, 'GET', undefined, token),
    send: (method, path, body, token = admin) => ask(service.address + path, method, body, token),
  }
}

async function ask(url: string, method: string, body: unknown, token: string): Promise<TestAnswer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as TestAnswer['body']) }
}
