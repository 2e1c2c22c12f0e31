/** A service inside the test's process, on a free port, against real dependencies. */
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import { loadServiceConfig } from '../src/config.ts'
import { startService, type RunningService, type ServiceDefinition, type StartOptions } from '../src/service.ts'
import type { Central } from './central.ts'
import type { NatsServer } from './nats-server.ts'
import { waitUntil } from './wait-until.ts'

export interface TestService {
  readonly service: RunningService
  get(path: string): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>
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
  const loaded = loadServiceConfig({ PORT: '0', COUCHDB_URL: central.url, NATS_URL: nats.url })
  if (!loaded.ok) throw new Error(loaded.problems.join('; '))
  const service = await startService(loaded.config, definition, {
    logger: silentLogger,
    reconcileEveryMs: 300,
    ...options,
  })
  await waitUntil('the service is ready', async () => (await fetch(`${service.address}/health/ready`)).ok)
  return {
    service,
    async get(path) {
      const response = await fetch(service.address + path)
      return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
    },
  }
}
