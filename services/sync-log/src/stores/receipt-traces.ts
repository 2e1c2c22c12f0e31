/** What each place has written down about a receipt. Other services' databases are read as CouchDB has them, and may be absent. */
import {
  centralDatabaseOf,
  classOfDatabase,
  parseCentralDatabase,
  schemaProblems,
  TraceOrigin,
} from '@tidemark/contracts'
import {
  DatabaseMissingError,
  listDatabases,
  openDatabase,
  type CouchClient,
  type StoredDocument,
} from '@tidemark/service-kit'
import type { AuditEntry } from '../domain/audit-entry.ts'
import { hubStep, inOrder, timeOfStamp, type LifeStep, type ReceiptKey } from '../domain/receipt-life.ts'
import type { AuditStore } from './audit-store.ts'
import { correctedReceipt, readCorrections } from './receipt-corrections.ts'

export interface ReceiptLife {
  readonly steps: readonly LifeStep[]
  /** Receipts that took it back, or parts of it, and the one that it takes back. */
  readonly voidedBy: readonly string[]
  readonly refundedBy: readonly string[]
  readonly corrects: string | null
  /** The journal entry as central has it. */
  readonly document: Readonly<Record<string, unknown>> | undefined
}

const maxEntries = 200
const maxRuns = 500
const loggedLateMs = 10_000
const soonMs = 60_000

export async function readReceiptLife(audit: AuditStore, client: CouchClient, key: ReceiptKey): Promise<ReceiptLife> {
  const { items: entries } = await audit.list(
    { storeId: key.storeId, documentId: key.id },
    'oldest-first',
    maxEntries,
    undefined,
  )
  const [document, run, ledger, stock, corrections] = await Promise.all([
    findAtCentral(client, key, entries),
    findRun(audit, key, entries),
    readFrom(client, 'sales-ledger', key.id),
    readFrom(client, 'stock', `effect:${key.storeId}:${key.id}`),
    readCorrections(client, key.id),
  ])
  const entry = document ?? ledger?.['entry']
  const steps = [
    ...terminalSteps(entry),
    ...corrections.steps,
    ...entries.map((entry) => hubStep(entry, key.id)),
    ...(run === undefined ? [] : [runStep(run)]),
    ...recordSteps('sales', ledger, 'recorded in the ledger'),
    ...recordSteps('inventory', stock, 'taken into the stock'),
    ...entries.map(({ _id, recordedAt, kind }): LifeStep => ({
      at: recordedAt,
      place: 'audit',
      what: `recorded what the hub said (${kind})`,
      entryId: _id,
    })),
  ]
  const { voidedBy, refundedBy } = corrections
  return { steps: inOrder(steps), voidedBy, refundedBy, corrects: correctedReceipt(entry), document }
}

/** In the databases that the hub's entries name, or else in all sales databases of the store. */
async function findAtCentral(
  client: CouchClient,
  { id, storeId }: ReceiptKey,
  entries: readonly AuditEntry[],
): Promise<StoredDocument | undefined> {
  const named = entries.flatMap(({ entry: { event } }) => ('database' in event ? [event.database] : []))
  const sales = [...new Set(named)].filter((database) => classOfDatabase(database) === 'sales')
  const names =
    sales.length > 0
      ? sales.map((database) => centralDatabaseOf(storeId, database))
      : (await listDatabases(client)).filter((name) => {
          const parsed = parseCentralDatabase(name)
          return parsed?.storeId === storeId && parsed.entityClass === 'sales'
        })
  // The newest month first: that is what most questions are about.
  for (const name of names.toSorted().toReversed()) {
    const found = await readFrom(client, name, id)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * The replication that brought the document to central, as near as the log can tell. A hub logs what it stored from its changes
 * feed, a moment later, so the run may stand before it: the next one counts when it came soon, else one from just before.
 */
async function findRun(
  audit: AuditStore,
  { storeId }: ReceiptKey,
  entries: readonly AuditEntry[],
): Promise<AuditEntry | undefined> {
  const stored = entries.find(({ kind }) => kind === 'documents-stored')
  if (stored === undefined || !('database' in stored.entry.event)) return undefined
  const { database } = stored.entry.event
  const storedMs = Date.parse(timeOfStamp(stored.at))
  const from = new Date(storedMs - loggedLateMs).toISOString()
  const { items } = await audit.list({ storeId, kind: 'replication-run', from }, 'oldest-first', maxRuns, undefined)
  const runs = items.filter(({ entry: { event } }) => {
    return event.kind === 'replication-run' && event.direction === 'push' && event.database === database
  })
  const before = runs.findLast(({ at }) => at < stored.at)
  const after = runs.find(({ at }) => at > stored.at)
  const isSoon = after !== undefined && Date.parse(timeOfStamp(after.at)) - storedMs < soonMs
  return isSoon ? after : (before ?? after)
}

function runStep({ _id, at, entry: { event } }: AuditEntry): LifeStep {
  const written = event.kind === 'replication-run' ? event.documentsWritten : 0
  const what = `the hub replicated its database to central, ${written} documents`
  return { at: timeOfStamp(at), place: 'central', what, entryId: _id }
}

function terminalSteps(document: unknown): readonly LifeStep[] {
  if (typeof document !== 'object' || document === null) return []
  const { at, type, by, trace } = document as Readonly<Record<string, unknown>>
  if (typeof at !== 'string') return []
  const author = typeof by === 'object' && by !== null && 'id' in by ? String(by.id) : 'somebody'
  const made: LifeStep = { at: timeOfStamp(at), place: 'terminal', what: `${String(type)} made by ${author}` }
  if (schemaProblems(TraceOrigin, trace).length > 0) return [made]
  const { startTime, durationMs, traceparent } = trace as TraceOrigin
  const what = `begun; it took ${durationMs} ms (trace ${traceparent.slice(3, 35)})`
  return [{ at: new Date(startTime).toISOString(), place: 'terminal', what }, made]
}

function recordSteps(
  place: 'sales' | 'inventory',
  record: StoredDocument | undefined,
  what: string,
): readonly LifeStep[] {
  const at = record?.['recordedAt']
  return typeof at === 'string' ? [{ at, place, what }] : []
}

/** Undefined too while there is no such database. */
async function readFrom(client: CouchClient, database: string, id: string): Promise<StoredDocument | undefined> {
  try {
    return await openDatabase(client, database).get(id)
  } catch (error) {
    if (error instanceof DatabaseMissingError) return undefined
    throw error
  }
}
