// PouchDB's `allDocs` over the store's lists.
import { setImmediate } from 'node:timers/promises'
import type { DocumentDatabase, IdRange, ListedDocument } from '../store/index.ts'
import { winnerOf } from './stored-documents.ts'
import type { PouchAllDocsOptions, PouchAllDocsResult, PouchRow } from './types.ts'

type ListOptions = PouchAllDocsOptions & { readonly key?: string; readonly update_seq?: boolean }

/** Read in pages of this many rows, one turn of the event loop each. */
const PAGE = 1_000

/** The documents of a range of ids, or those named, one row for each of these in their order. */
export async function listDocuments(database: DocumentDatabase, options: ListOptions): Promise<PouchAllDocsResult> {
  const { documentCount, updateSequence } = database.info()
  const { keys, key, skip = 0 } = options
  const rows =
    keys !== undefined
      ? keys.map((id) => readRow(database, id, options) ?? { key: id, error: 'not_found' })
      : key === undefined
        ? await listRange(database, options)
        : listKey(database, key, options)
  const answer = { total_rows: documentCount, offset: skip, rows: rows as PouchRow[] }
  return options.update_seq === true ? { ...answer, update_seq: updateSequence } : answer
}

function listKey(database: DocumentDatabase, key: string, options: ListOptions): object[] {
  const { limit = 1, skip = 0 } = options
  const row = limit > 0 && skip === 0 ? readRow(database, key, options) : undefined
  return row === undefined || row.value.deleted === true ? [] : [row]
}

/** Undefined for a document that never was; a deleted one has a row that says so. */
function readRow(database: DocumentDatabase, id: unknown, options: ListOptions): PouchRow | undefined {
  const head = typeof id === 'string' ? database.head(id) : undefined
  if (head === undefined) return undefined
  if (head.deleted) return { id: head.id, key: head.id, value: { rev: head.rev, deleted: true }, doc: null }
  const body = options.include_docs === true ? database.read(head.id, head.rev)?.body : undefined
  return toRow(body === undefined ? head : { ...head, body }, options)
}

function toRow(row: ListedDocument, options: ListOptions): PouchRow {
  const { id, rev } = row
  const plain = { id, key: id, value: { rev } }
  return options.include_docs === true ? { ...plain, doc: winnerOf(row, options.conflicts === true) } : plain
}

async function listRange(database: DocumentDatabase, options: ListOptions): Promise<PouchRow[]> {
  const { startkey, endkey, inclusive_end: inclusiveEnd = true, descending = false, include_docs: bodies } = options
  const range: Omit<IdRange, 'limit'> = {
    ...(typeof endkey === 'string' ? { endKey: endkey } : {}),
    inclusiveEnd,
    descending,
    bodies: bodies === true,
  }
  const found: PouchRow[] = []
  let left = options.limit ?? Infinity
  let from = typeof startkey === 'string' ? startkey : undefined
  let { skip = 0 } = options
  while (left > 0) {
    const limit = Math.min(left, PAGE)
    const page = database.list({ ...range, ...(from === undefined ? {} : { startKey: from }), skip, limit })
    for (const row of page) found.push(toRow(row, options))
    const last = page.at(-1)
    if (last === undefined || page.length < limit) break
    left -= page.length
    // The next page begins again at the last id of this one, and skips it.
    from = last.id
    skip = 1
    if (left > 0) await setImmediate()
  }
  return found
}
