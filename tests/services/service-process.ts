/** A service as its README says to run it, as a process of its own. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { signInEnvironment, startProcess, type NodeProcess } from '@tidemark/service-kit/test-support'

export const serviceNames = ['sales', 'inventory', 'conflicts', 'sync-log'] as const
export type ServiceName = (typeof serviceNames)[number]

export interface ServicePlace {
  readonly port: number
  readonly couchdbUrl: string
  readonly natsUrl: string
  /** For the keys with which services sign. */
  readonly keyFolder: string
}

/** Resolves when it listens; it may still be waiting for CouchDB and NATS. */
export function startServiceProcess(
  name: ServiceName,
  { port, couchdbUrl, natsUrl, keyFolder }: ServicePlace,
): Promise<NodeProcess> {
  return startProcess({
    program: fileURLToPath(new URL(`../../services/${name}/src/server.ts`, import.meta.url)),
    env: {
      PORT: String(port),
      COUCHDB_URL: couchdbUrl,
      NATS_URL: natsUrl,
      SALES_SIGNING_KEY_FILE: join(keyFolder, 'sales.pem'),
      AUDIT_KEY_FILE: join(keyFolder, 'audit.pem'),
      LOG_LEVEL: 'warn',
      RATE_LIMIT_PER_MINUTE: '1000000',
      NODE_OPTIONS: '--max-semi-space-size=8 --max-old-space-size=120',
      MALLOC_ARENA_MAX: '2',
      ...signInEnvironment(),
    },
    readyUrl: `http://127.0.0.1:${port}/health/live`,
  })
}
