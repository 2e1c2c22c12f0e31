/** `GET /api/status`: how far behind the store is, and why. */
import { classOfDatabase, classesByPriority, type DatabaseStatus, type HubStatus } from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import type { CentralReplication } from '../central-replication/index.ts'
import type { ChangePublisher, NatsLine } from '../change-publisher/index.ts'
import type { Lease } from '../identity/index.ts'
import type { LiveSocket } from '../live-socket/index.ts'
import type { Quarantine } from '../quarantine/index.ts'
import type { Store } from '../store/index.ts'
import type { Terminals } from '../terminals/index.ts'
import { createOpenConflictCount } from './open-conflicts.ts'

export interface StatusParts {
  readonly store: Store
  readonly storeId: string
  readonly storeName: string
  readonly replication: CentralReplication
  readonly publisher: ChangePublisher
  readonly natsLine: NatsLine
  readonly terminals: Terminals
  readonly quarantine: Pick<Quarantine, 'count'>
  readonly liveSocket: LiveSocket
  readonly lease: Lease
}

export interface StatusReader {
  read(): Promise<HubStatus>
}

export function createStatusReader(parts: StatusParts): StatusReader {
  const startedAt = new Date().toISOString()
  const openConflicts = createOpenConflictCount(parts.store)
  return {
    async read() {
      const names = parts.store.names().filter((name) => classOfDatabase(name) !== undefined)
      const databases = await Promise.all(names.map((name) => databaseStatus(parts, name)))
      return {
        storeId: parts.storeId,
        name: parts.storeName,
        epoch: parts.store.uuid,
        serverTime: new Date().toISOString(),
        startedAt,
        wan: { central: parts.replication.wan(), nats: parts.natsLine.state() },
        databases: databases.filter((status) => status !== undefined).sort(compareStatus),
        terminals: { enrolled: parts.terminals.enrolled(), connected: parts.liveSocket.connected() },
        refusedDocuments: parts.quarantine.count(),
        openConflicts: openConflicts(),
        lease: parts.lease.status(),
      }
    },
  }
}

export function statusRoutes(app: FastifyInstance, reader: StatusReader): void {
  app.get('/api/status', async (_request, reply) => {
    const status = await reader.read()
    return reply.header('cache-control', 'no-store').send(status)
  })
}

async function databaseStatus(
  { store, replication, publisher }: StatusParts,
  name: string,
): Promise<DatabaseStatus | undefined> {
  const database = store.database(name)
  const entityClass = classOfDatabase(name)
  if (database === undefined || entityClass === undefined) return undefined
  const info = database.info()
  const publish = publisher.status(name)
  if (publish === undefined) return undefined
  return {
    database: name,
    entityClass,
    documents: info.documentCount,
    sequence: info.updateSequence,
    push: replication.status(name, 'push') ?? null,
    pull: replication.status(name, 'pull') ?? null,
    publish,
  }
}

function compareStatus(a: DatabaseStatus, b: DatabaseStatus): number {
  const byClass = classesByPriority.indexOf(a.entityClass) - classesByPriority.indexOf(b.entityClass)
  return byClass || a.database.localeCompare(b.database)
}
