/** The sync API put together from its parts. */
import type { HybridClock } from '@tidemark/contracts'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Store } from '../store/index.ts'
import type { SyncLog } from '../sync-log/index.ts'
import { checkManager } from '../terminals/index.ts'
import { createArrivalMarks } from './arrival-marks.ts'
import { createDocumentEntrance } from './document-entrance.ts'
import { openOperationRecords } from './operation-records.ts'
import type { PullParts } from './pull-changes.ts'
import { createPush, type PushParts } from './push-operations.ts'
import { syncRoutes, type SyncRouteParts } from './sync-routes.ts'

export interface SyncApiOptions
  extends Pick<SyncRouteParts, 'authenticate'>, Pick<PushParts, 'keepRejected'>, Pick<PullParts, 'onAhead'> {
  readonly app: FastifyInstance
  readonly store: Store
  readonly storeId: string
  readonly clock: HybridClock
  readonly syncLog: Pick<SyncLog, 'append' | 'conflicts'>
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
}

export interface SyncApi {
  start(): Promise<void>
  close(): Promise<void>
}

const recordsDatabase = 'sync-operations'
const cleanEveryMs = 60 * 60 * 1000

/** Adds the routes; `/db` must be there when the first request comes. */
export async function openSyncApi(options: SyncApiOptions): Promise<SyncApi> {
  const { app, store, storeId, clock, syncLog, logger, now } = options
  const nowMs = (): number => now().getTime()
  const databaseOf = (name: string) => store.database(name)
  const marks = createArrivalMarks(store, logger, nowMs)
  const records = openOperationRecords(store.database(recordsDatabase) ?? (await store.create(recordsDatabase)), nowMs)
  const { append } = syncLog
  await syncRoutes(app, {
    databaseOf,
    append,
    authenticate: options.authenticate,
    conflicts: syncLog.conflicts,
    pull: { store, marks, now, onAhead: options.onAhead },
    push: createPush({
      databaseOf,
      entrance: createDocumentEntrance(app),
      records,
      keepRejected: options.keepRejected,
      nowMs,
    }),
    resolve: {
      storeId,
      databaseOf,
      clock,
      append,
      refuseManager: (by) => checkManager({ at: clock.now(), by }, { storeId }, databaseOf)?.reason,
    },
  })

  let timer: NodeJS.Timeout | undefined
  const clean = async (): Promise<void> => {
    while (await records.removeOld());
  }
  return {
    async start() {
      const run = (): void =>
        void clean().catch((error: unknown) => logger.warn({ err: error }, 'old operation records are still there'))
      run()
      timer = setInterval(run, cleanEveryMs).unref()
      await marks.start()
    },
    async close() {
      clearInterval(timer)
      await marks.close()
    },
  }
}
