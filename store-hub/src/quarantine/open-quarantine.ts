import type { FastifyBaseLogger } from 'fastify'
import type { Store } from '../store/index.ts'
import type { SyncLog } from '../sync-log/index.ts'
import type { QuarantineLimits } from './quarantine-rules.ts'
import { createQuarantine, type Quarantine } from './quarantine.ts'

const databaseName = 'quarantine'

export interface OpenQuarantineOptions {
  readonly store: Store
  readonly syncLog: Pick<SyncLog, 'append'>
  readonly logger: FastifyBaseLogger
  readonly limits?: QuarantineLimits
}

/** The quarantine of a store, made when there is none. */
export async function openQuarantine({ store, syncLog, logger, limits }: OpenQuarantineOptions): Promise<Quarantine> {
  return createQuarantine({
    database: store.database(databaseName) ?? (await store.create(databaseName)),
    databaseOf: store.database,
    append: syncLog.append,
    logger,
    now: () => new Date(),
    ...(limits !== undefined && { limits }),
  })
}
