// Takes in what a till could not send.
//
//   file ──► links of each series ──► _bulk_docs, in the name of the till that made each document ──► stored | quarantine
//
// 1. Nothing gets in that the till could not have sent itself: the same rules, limits and rights, by the same route.
// 2. Nothing of the file is lost: what is not stored is in quarantine, with its text, before the answer.
// 3. A file may be brought again, whole or in part, and by the till itself meanwhile: what is there is there once.
import {
  journalId,
  parseJournalId,
  salesPeriodOf,
  type ImportReport,
  type SyncLogEvent,
  type UnsentFile,
} from '@tidemark/contracts'
import type { DelegatedWrites } from '../delegated-writes/index.ts'
import type { Quarantine } from '../quarantine/index.ts'
import type { Store } from '../store/index.ts'
import { checkSeries } from './check-series.ts'

export interface ImportParts<Principal> {
  readonly store: Store
  readonly writes: Pick<DelegatedWrites<Principal>, 'write'>
  readonly quarantine: Pick<Quarantine, 'record'>
  /** The rights of a till as they are now; undefined for one that has none any more. */
  readonly senderOf: (incarnation: string) => Principal | undefined
  readonly append: (event: SyncLogEvent) => Promise<void>
}

export interface Bringer {
  readonly by: string
  /** The till through which it comes. */
  readonly through?: string
}

type Item = UnsentFile['documents'][number]
interface Refused {
  readonly id: string
  readonly reason: string
}

const batchSize = 100

export async function importFile<Principal>(
  parts: ImportParts<Principal>,
  file: UnsentFile,
  { by, through }: Bringer,
): Promise<ImportReport> {
  const { store } = parts
  const isThere = ({ database, document }: Item): boolean => holds(store, database, document)
  const fresh = file.documents.filter((item) => !isThere(item))
  const receipts = fresh.filter(({ database }) => salesPeriodOf(database) !== undefined)
  const { broken, missing } = checkSeries(
    receipts.map(({ document }) => document),
    (incarnation, number) => hashOf(store, journalId(incarnation, number)),
    (incarnation, below) => lastBelow(store, incarnation, below),
  )
  const refused: Refused[] = []
  const groups = Map.groupBy(inOrder(fresh), (item) => `${originOf(file, item)} ${item.database}`)
  for (const items of groups.values()) {
    const bad = items.filter(({ document }) => broken.has(document._id))
    refused.push(...(await refuse(parts, file, bad, ({ document }) => broken.get(document._id) ?? '')))
    const good = items.filter((item) => !bad.includes(item))
    for (let start = 0; start < good.length; start += batchSize) {
      refused.push(...(await send(parts, file, good.slice(start, start + batchSize))))
    }
  }
  const stored = fresh.length - refused.length
  const alreadyThere = file.documents.length - fresh.length
  const counts = { stored, alreadyThere, refused: refused.length }
  await parts.append({
    kind: 'file-imported',
    origin: file.incarnation,
    by,
    ...(through !== undefined && { through }),
    ...counts,
  })
  return { documents: file.documents.length, stored, alreadyThere, refused, missing: [...missing] }
}

/** One batch of one till and database. */
async function send<Principal>(parts: ImportParts<Principal>, file: UnsentFile, items: readonly Item[]) {
  const [first] = items
  if (first === undefined) return []
  const origin = originOf(file, first)
  const principal = parts.senderOf(origin)
  if (principal === undefined) return refuse(parts, file, items, () => `${origin} may not write any more`)
  const texts = items.map(({ document }) => JSON.stringify(document))
  const { statusCode, body } = await parts.writes.write(principal, {
    database: first.database,
    replicated: true,
    texts,
  })
  const answer = JSON.parse(body) as unknown
  if (statusCode >= 500) throw new Error(`the store answered ${statusCode}: ${body.slice(0, 200)}`)
  if (!Array.isArray(answer)) return refuse(parts, file, items, () => reasonIn(answer))
  // What the route refused it has put into quarantine itself.
  const failures = answer.filter((row: { error?: unknown }) => row.error !== undefined) as Record<string, unknown>[]
  return failures.map((row) => ({ id: String(row['id']), reason: String(row['reason'] ?? row['error']) }))
}

async function refuse<Principal>(
  { quarantine }: ImportParts<Principal>,
  file: UnsentFile,
  items: readonly Item[],
  reasonOf: (item: Item) => string,
): Promise<Refused[]> {
  const [first] = items
  if (first === undefined) return []
  const refused = items.map((item) => ({ item, id: item.document._id, reason: reasonOf(item) }))
  await quarantine.record({
    database: first.database,
    origin: originOf(file, first),
    replicated: true,
    documents: refused.map(({ item: { document }, id, reason }) => ({
      id,
      rev: document._rev,
      reason,
      text: JSON.stringify(document),
    })),
  })
  return refused.map(({ id, reason }) => ({ id, reason }))
}

/** A receipt belongs to the enrolment in its id, whichever one wrote the file. */
function originOf(file: UnsentFile, { document }: Item): string {
  return parseJournalId(document._id)?.incarnation ?? file.incarnation
}

/** Sales first, and each series in the order of its numbers. */
function inOrder(items: readonly Item[]): Item[] {
  const rank = ({ database }: Item): number => (salesPeriodOf(database) === undefined ? 1 : 0)
  return items.toSorted((a, b) => rank(a) - rank(b) || (a.document._id < b.document._id ? -1 : 1))
}

function holds(store: Store, database: string, document: Item['document']): boolean {
  const present = store.database(database)?.read(document._id)
  if (present === undefined) return false
  if (present.rev === document._rev) return true
  const { hash } = JSON.parse(present.body) as { hash?: unknown }
  return typeof hash === 'string' && hash === (document as { hash?: unknown }).hash
}

function hashOf(store: Store, id: string): string | undefined {
  for (const name of salesDatabases(store)) {
    const present = store.database(name)?.read(id)
    if (present !== undefined) return String((JSON.parse(present.body) as { hash?: unknown }).hash)
  }
  return undefined
}

function lastBelow(store: Store, incarnation: string, below: number): number {
  const lasts = salesDatabases(store).map((name) => {
    const range = { startKey: journalId(incarnation, below), endKey: `journal:${incarnation}:`, descending: true }
    const [last] = store.database(name)?.list({ ...range, limit: 1 }) ?? []
    return parseJournalId(last?.id ?? '')?.number ?? 0
  })
  return Math.max(0, ...lasts)
}

function salesDatabases(store: Store): string[] {
  return store.names().filter((name) => salesPeriodOf(name) !== undefined)
}

function reasonIn(answer: unknown): string {
  const { reason, detail } = (answer ?? {}) as { reason?: unknown; detail?: unknown }
  return String(reason ?? detail ?? 'the hub does not take it')
}
