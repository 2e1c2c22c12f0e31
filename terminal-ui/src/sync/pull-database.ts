/**
 * What comes down from the hub into a database of the same name.
 *
 *     position ──► `_changes`, a page ──► lacking here? ──► `_bulk_get` ──► stored ──► position
 *                      │ the next page is under way meanwhile      ▲
 *                      └── of a database that is still empty the page brings the documents
 *
 * 1. A position moves when the page before it is stored. It lies in the database itself, so that whatever takes the one takes the other.
 * 2. A page that comes twice changes nothing. What the hub can't give, or this till can't store, fails the run and moves nothing.
 * 3. A position counts for the store and the selection with which it was made, and no other.
 */
import type { FirstDocuments } from '../data/catalog-store.ts'
import {
  isNotFound,
  type Database,
  type DocumentChange,
  type Fields,
  type StoredDocument,
} from '../data/pouch-types.ts'

/** Changes that one request brings. */
export const pageSize = 500
const positionId = '_local/pulled'

export interface PullInput {
  readonly local: Database
  readonly remote: Database
  /** Of the hub's store. */
  readonly epoch: string
  /** Only documents that fit. */
  readonly selector?: Fields | undefined
  /** Told how many documents were written so far. */
  readonly onProgress?: ((written: number) => void) | undefined
  /** Told what was written to a database that had been empty. */
  readonly onFirst?: ((documents: FirstDocuments) => void) | undefined
}

interface Position {
  readonly epoch: string
  /** The selector as JSON; empty for all documents. */
  readonly selection: string
  readonly sequence: string | number
}

/** Fetches what the hub has and this till has not; resolves with how many documents were written. A hub without the database has nothing. */
export async function pullDatabase(input: PullInput): Promise<number> {
  const { local, remote, epoch, selector, onProgress } = input
  const selection = selector === undefined ? '' : JSON.stringify(selector)
  const isFirst = Number((await local.info()).update_seq) === 0
  const fetchPage = (since: string | number) =>
    readPage(remote, { since, include_docs: isFirst, ...(selector && { selector }) })
  const position = await readPosition(local)
  const isValid = position?.epoch === epoch && position.selection === selection
  let since = isValid ? position.sequence : 0
  let next = fetchPage(since)
  let written = 0
  for (;;) {
    const page = await next
    if (page === undefined) return written
    const { results, last_seq: sequence } = page
    const isLast = results.length < pageSize
    if (!isLast) {
      if (sequence === since) throw new Error('the hub brings the same page again and again')
      since = sequence
      next = fetchPage(sequence)
      // It is looked at when it is waited for, unless what is stored meanwhile fails first.
      next.catch(() => undefined)
    }
    written += isFirst ? await storeFirst(input, results) : await storeLacking(local, remote, results)
    if (results.length > 0 || !isValid) await writePosition(local, { epoch, selection, sequence })
    onProgress?.(written)
    if (isLast) return written
  }
}

/** Fetches these documents, whatever the position is; resolves with how many were written. */
export async function pullDocuments(local: Database, remote: Database, ids: readonly string[]): Promise<number> {
  let written = 0
  for (let from = 0; from < ids.length; from += pageSize) {
    const page = await readPage(remote, { since: 0, doc_ids: ids.slice(from, from + pageSize) })
    written += await storeLacking(local, remote, page?.results ?? [])
  }
  return written
}

type PageQuery = Pick<Parameters<Database['changes']>[0], 'since' | 'include_docs' | 'selector' | 'doc_ids'>

/** A page of the hub's changes; undefined when the hub has no such database. */
export async function readPage(remote: Database, query: PageQuery) {
  try {
    return await remote.changes({ ...query, limit: pageSize, batch_size: pageSize, style: 'all_docs' })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function storeFirst({ local, remote, onFirst }: PullInput, changes: readonly DocumentChange[]): Promise<number> {
  const documents = changes.flatMap((change) => firstRevisionOf(change) ?? [])
  const after = Number((await local.info()).update_seq)
  await storeFetched(local, documents)
  const upTo = Number((await local.info()).update_seq)
  // With anything else between them, the pages are read from the database as any other change is.
  if (documents.length === changes.length && upTo === after + documents.length) onFirst?.({ documents, after, upTo })
  const others = changes.filter((change) => firstRevisionOf(change) === undefined)
  return documents.length + (await storeLacking(local, remote, others))
}

/** The document that came with a change, when it is all there is of it: one revision, and none before it. */
function firstRevisionOf({ doc, changes: leaves }: DocumentChange): StoredDocument | undefined {
  return leaves.length === 1 && doc?._rev === leaves[0]?.rev && doc?._rev.startsWith('1-') === true ? doc : undefined
}

/** Fetches and stores the revisions that are not here. */
async function storeLacking(local: Database, remote: Database, changes: readonly DocumentChange[]): Promise<number> {
  if (changes.length === 0) return 0
  const difference = await local.revsDiff(
    Object.fromEntries(changes.map(({ id, changes: leaves }) => [id, leaves.map(({ rev }) => rev)])),
  )
  const lacking = Object.entries(difference).flatMap(([id, { missing = [] }]) => missing.map((rev) => ({ id, rev })))
  if (lacking.length === 0) return 0
  // A revision that was replaced since the page was made comes as its successor.
  const { results } = await remote.bulkGet({ docs: lacking, revs: true, latest: true })
  const found = results.flatMap(({ id, docs }) =>
    docs.map(({ ok }) => {
      if (ok === undefined) throw new Error(`the hub names ${id} and can not give it`)
      return ok
    }),
  )
  const given = new Set(found.map(({ _id }) => _id))
  const left = lacking.find(({ id }) => !given.has(id))
  if (left !== undefined) throw new Error(`the hub names ${left.id} and did not give it`)
  await storeFetched(local, found)
  return found.length
}

/** Stores documents as the hub has them. Throws when one of them could not be stored: then no position may pass them. */
export async function storeFetched(local: Database, documents: readonly StoredDocument[]): Promise<void> {
  if (documents.length === 0) return
  const failures = await local.bulkDocs(documents, { new_edits: false })
  const [first] = failures
  if (first === undefined) return
  const why = `${first.id}: ${first.reason ?? first.message}`
  throw new Error(`${failures.length} documents from the hub could not be stored on this till; ${why}`)
}

async function readPosition(local: Database): Promise<(Position & StoredDocument) | undefined> {
  try {
    return (await local.get(positionId)) as Position & StoredDocument
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function writePosition(local: Database, position: Position): Promise<void> {
  const known = await readPosition(local)
  await local.put({ _id: positionId, ...(known && { _rev: known._rev }), ...position })
}
