// One pull: what came after the client's position, class by class.
//
// 1. A page is bounded in documents, bytes and rows read. What is left comes with the next pull.
// 2. The position moves over what was looked at, and keeps the place in databases that were not asked for.
// 3. Of sales the two latest months are given; the months before are with head office.
import { defaultSyncPullDocuments, salesPeriodOf, type SyncEntityType, type SyncPullRequest } from '@tidemark/contracts'
import type { ChangedDocument, DocumentDatabase, Store } from '../store/index.ts'
import type { ArrivalMarks } from './arrival-marks.ts'
import { classOfEntity, documentText, entityTypeOf } from './stored-entity.ts'
import { formatToken, type Position } from './sync-token.ts'

export interface PullParts {
  readonly store: Pick<Store, 'names' | 'database' | 'uuid'>
  readonly marks: Pick<ArrivalMarks, 'sequenceBefore'>
  readonly now: () => Date
  /** A client has seen more of a database than there is: the store was put back behind its back. */
  readonly onAhead: (ahead: { readonly database: string; readonly since: number; readonly who: string }) => void
}

export const salesMonths = 2
const entityTypes: readonly SyncEntityType[] = ['sale', 'inventory', 'product']
const pageRows = 50
const maxRows = 5000
const maxBytes = 8_000_000

/** JSON text of a `SyncPullResponse`: bodies go out as they are stored. */
export function pullChanges(
  { store, marks, now, onAhead }: PullParts,
  who: string,
  position: Position,
  { entityTypes: wanted = [...entityTypes], limit = defaultSyncPullDocuments }: SyncPullRequest,
): string {
  const startedAt = now()
  const resync = position.kind === 'sequences' && position.epoch !== store.uuid
  const known = position.kind === 'sequences' && !resync ? position.sequences : new Map<string, number>()
  const reached = new Map([...known].filter(([name]) => store.database(name) !== undefined))
  const budget = { documents: limit, bytes: maxBytes, rows: maxRows }
  const changes: string[] = []
  let isRewound = false
  let hasMore = false
  for (const name of entityTypes.filter((type) => wanted.includes(type)).flatMap((type) => databasesOf(store, type))) {
    const database = store.database(name)
    if (database === undefined) continue
    const since = position.kind === 'time' ? marks.sequenceBefore(database, position.sinceMs) : (known.get(name) ?? 0)
    const isAhead = since > database.info().updateSequence
    if (isAhead) onAhead({ database: name, since, who })
    isRewound ||= isAhead
    const page = readPage(database, isAhead ? 0 : since, budget, changes)
    reached.set(name, page.sequence)
    hasMore ||= page.hasMore
  }
  const token = JSON.stringify(formatToken(startedAt, store.uuid, reached))
  const flags = `"hasMore":${String(hasMore)},"resync":${String(resync || isRewound)}`
  return `{"changes":[${changes.join(',')}],"lastSyncTimestamp":${token},${flags}}`
}

function databasesOf(store: Pick<Store, 'names'>, type: SyncEntityType): string[] {
  if (type !== 'sale') return [classOfEntity[type]]
  return store
    .names()
    .filter((name) => salesPeriodOf(name) !== undefined)
    .sort()
    .reverse()
    .slice(0, salesMonths)
}

interface Budget {
  documents: number
  bytes: number
  rows: number
}

/** Adds to `changes` and uses the budget up. Stops before a document for which there is no room. */
function readPage(
  database: DocumentDatabase,
  since: number,
  budget: Budget,
  changes: string[],
): { sequence: number; hasMore: boolean } {
  let sequence = since
  for (;;) {
    if (budget.documents <= 0 || budget.bytes <= 0 || budget.rows <= 0) {
      return { sequence, hasMore: database.countChanges(sequence) > 0 }
    }
    const limit = Math.min(pageRows, budget.documents)
    const rows = database.changes({ since: sequence, limit, bodies: true })
    for (const row of rows) {
      const text = changeText(database.name, row)
      if (text !== undefined) {
        if (budget.bytes <= 0) return { sequence, hasMore: true }
        changes.push(text)
        budget.documents -= 1
        budget.bytes -= text.length
      }
      budget.rows -= 1
      sequence = row.sequence
    }
    if (rows.length < limit) return { sequence, hasMore: false }
  }
}

function changeText(database: string, { id, rev, deleted, leaves, body }: ChangedDocument): string | undefined {
  const entityType = entityTypeOf(database, id)
  if (entityType === undefined) return undefined
  const action = deleted ? 'delete' : rev.startsWith('1-') ? 'create' : 'update'
  const inConflict = leaves.filter((leaf) => !leaf.deleted).length > 1
  const head = { entityType, entityId: id, action, rev, inConflict }
  const data = deleted || body === undefined ? 'null' : documentText(id, body)
  return `${JSON.stringify(head).slice(0, -1)},"data":${data}}`
}
