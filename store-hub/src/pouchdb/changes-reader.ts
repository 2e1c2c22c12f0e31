// PouchDB's changes feed over the store's.
//
// 1. Pages are read one turn of the event loop each: a long feed doesn't keep others waiting.
// 2. A feed that ends reads no further than the sequence it found at its start; what is written meanwhile is left to
//    the next one, so constant writing can't keep it from ending.
// 3. `last_seq` is the last sequence that was looked at, whether its document was asked for or not.
// 4. A live feed arms its wake-up before it reads, so no write falls between reading and waiting.
import { setImmediate } from 'node:timers/promises'
import type { ChangedDocument, DocumentDatabase } from '../store/index.ts'
import { noteBatch } from './document-batches.ts'
import { BAD_REQUEST, createError } from './packages.js'
import { winnerOf } from './stored-documents.ts'
import type { PouchChange, PouchDocument } from './types.ts'

/** What PouchDB's `Changes` hands to an adapter. */
export interface AdapterChangesOptions {
  since?: number | string
  limit?: number
  descending?: boolean
  continuous?: boolean
  include_docs?: boolean
  conflicts?: boolean
  style?: 'main_only' | 'all_docs'
  return_docs?: boolean
  doc_ids?: readonly string[]
  filter?: unknown
  query_params?: unknown
  onChange(change: PouchChange): void
  complete(error: unknown, result?: { results: PouchChange[]; last_seq: number }): void
}

interface Selection {
  /** undefined for a change that is not asked for */
  select(row: ChangedDocument): PouchChange | undefined
  readonly bodies: boolean
}

const PAGE = 1_000
const PAGE_WITH_BODIES = 200

/** Starts a feed, once or live; `cancel` ends it without another word. */
export function startChanges(database: DocumentDatabase, options: AdapterChangesOptions): { cancel(): void } {
  const run = { cancelled: false, wake: (): void => undefined }
  const reading = options.continuous === true ? follow(database, options, run) : readOnce(database, options, run)
  reading.catch((error: unknown) => options.complete(error))
  return {
    cancel() {
      run.cancelled = true
      run.wake()
    },
  }
}

interface Run {
  cancelled: boolean
  /** ends the wait of a live feed */
  wake: () => void
}

async function readOnce(database: DocumentDatabase, options: AdapterChangesOptions, run: Run): Promise<void> {
  // PouchDB expects its answer in a later turn.
  await setImmediate()
  if (run.cancelled) return
  const results: PouchChange[] = []
  const last = await readPages(database, options, run, Number(options.since), (change) => {
    options.onChange(change)
    if (options.return_docs === true) results.push(change)
  })
  if (run.cancelled) return
  noteBatch(results.flatMap(({ doc }) => (doc === undefined ? [] : [doc])))
  options.complete(null, { results, last_seq: last })
}

async function follow(database: DocumentDatabase, options: AdapterChangesOptions, run: Run): Promise<void> {
  const results: PouchChange[] = []
  const progress = { since: Number(options.since), left: options.limit ?? Infinity }
  while (!run.cancelled && progress.left > 0) {
    const wakeUp = Promise.withResolvers<void>()
    run.wake = wakeUp.resolve
    const stop = database.onWrite(wakeUp.resolve)
    try {
      await setImmediate()
      const rest = { ...options, limit: progress.left }
      progress.since = await readPages(database, rest, run, progress.since, (change) => {
        progress.left -= 1
        options.onChange(change)
        if (options.return_docs === true) results.push(change)
      })
      if (!run.cancelled && progress.left > 0) await wakeUp.promise
    } finally {
      stop()
    }
  }
  if (!run.cancelled) options.complete(null, { results, last_seq: progress.since })
}

/** Reads to the end, the limit or a cancellation; returns the last sequence that was looked at. */
async function readPages(
  database: DocumentDatabase,
  options: AdapterChangesOptions,
  run: Run,
  since: number,
  onChange: (change: PouchChange) => void,
): Promise<number> {
  const { select, bodies } = makeSelection(options)
  const limit = options.limit !== undefined && options.limit > 0 ? options.limit : Infinity
  const end = database.info().updateSequence
  const descending = options.descending === true
  // A descending feed can't be continued, so it is read at once; it ignores `since`, as CouchDB's does.
  const pageSize = descending ? Math.max(1, end) : bodies ? PAGE_WITH_BODIES : PAGE
  let last = descending ? 0 : since
  let count = 0
  for (;;) {
    const range = descending ? { descending, since: 0 } : { since: last }
    // Without a filter, no more is read than is wanted.
    const wanted = options.doc_ids === undefined && typeof options.filter !== 'function' ? limit - count : Infinity
    const rows = database.changes({ ...range, bodies, limit: Math.min(pageSize, wanted) })
    for (const row of rows) {
      if (run.cancelled || (row.sequence > end && !descending)) return last
      last = row.sequence
      const change = select(row)
      if (change === undefined) continue
      onChange(change)
      count += 1
      if (count >= limit) return last
    }
    if (descending || rows.length < pageSize) return last
    await setImmediate()
  }
}

function makeSelection(options: AdapterChangesOptions): Selection {
  const { include_docs: includeDocs = false } = options
  // PouchDB has made a function of whatever it was.
  const filter = typeof options.filter === 'function' ? (options.filter as Filter) : undefined
  const ids = options.doc_ids === undefined ? undefined : new Set(options.doc_ids)
  const bodies = includeDocs || filter !== undefined
  const select = (row: ChangedDocument): PouchChange | undefined => {
    if (ids?.has(row.id) === false) return undefined
    const doc = bodies ? winnerOf(row, options.conflicts === true) : undefined
    if (doc !== undefined && filter !== undefined && !passes(filter, doc, options.query_params)) return undefined
    const revisions = options.style === 'all_docs' ? row.leaves.map(({ rev }) => ({ rev })) : [{ rev: row.rev }]
    return {
      id: row.id,
      changes: revisions,
      ...(includeDocs && doc !== undefined ? { doc } : {}),
      ...(row.deleted ? { deleted: true } : {}),
      seq: row.sequence,
    }
  }
  return { select, bodies }
}

type Filter = (document: PouchDocument, request: { readonly query: unknown }) => unknown

function passes(filter: Filter, document: PouchDocument, query: unknown): boolean {
  try {
    return Boolean(filter(document, { query }))
  } catch (error) {
    throw createError(BAD_REQUEST, `Filter function threw: ${String(error)}`)
  }
}
