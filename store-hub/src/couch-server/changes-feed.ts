// The changes feed in its four forms, as text pieces that are made only as fast as they are read.
import type { PouchChange, PouchChangesOptions, PouchDatabase } from '../pouchdb/index.ts'
import { notFound } from './errors.ts'
import type { Alarm, Feed } from './feeds.ts'
import type { SequenceFormat } from './sequences.ts'

export interface ChangesRequest {
  readonly since: number
  readonly limit: number
  readonly descending: boolean
  /** what PouchDB is asked besides since and limit */
  readonly selection: PouchChangesOptions
}

export interface ChangesSource {
  readonly database: PouchDatabase
  readonly sequences: SequenceFormat
  /** false once the database has been removed */
  readonly exists: () => boolean
}

/** A waiting feed sends a sign of life each `heartbeatMs`, or ends after `timeoutMs` without a change. */
export interface Patience {
  readonly heartbeatMs: number | undefined
  readonly timeoutMs: number
}

interface Page {
  readonly changes: PouchChange[]
  readonly lastSequence: number
  /** no change was left behind when the page was read */
  readonly isLast: boolean
}

// Bodies are read for every page, so a page with documents is kept small: 100 of 1 MB at the worst.
const PAGE = 1_000
const PAGE_WITH_DOCUMENTS = 100

async function* readPages(source: ChangesSource, request: ChangesRequest): AsyncGenerator<Page> {
  const pageSize = request.selection.include_docs === true ? PAGE_WITH_DOCUMENTS : PAGE
  let { since } = request
  let left = request.limit
  for (;;) {
    // A descending feed can't be continued: it is read at once.
    const limit = request.descending ? left : Math.min(left, pageSize)
    const options = { ...request.selection, since, descending: request.descending, return_docs: true }
    const page = await source.database.changes(Number.isFinite(limit) ? { ...options, limit } : options)
    // What PouchDB answers when the database was removed meanwhile.
    if (page.results === undefined) throw notFound('Database does not exist.')
    since = request.descending ? Number(page.results[0]?.seq ?? since) : Math.max(since, Number(page.last_seq))
    left -= page.results.length
    const isLast = request.descending || page.results.length < limit
    yield { changes: page.results, lastSequence: since, isLast }
    if (isLast || left <= 0) return
  }
}

function toRow({ format }: SequenceFormat, change: PouchChange): string {
  const { id, seq, changes, deleted, doc } = change
  return JSON.stringify({
    seq: format(Number(seq)),
    id,
    changes,
    ...(deleted ? { deleted } : {}),
    ...(doc ? { doc } : {}),
  })
}

/** `feed=normal`: what there is, and the end. */
export async function* normalFeed(source: ChangesSource, request: ChangesRequest): AsyncGenerator<string> {
  const state = { lastSequence: request.since, isLast: true, count: 0 }
  yield '{"results":[\n'
  yield* listRows(source, request, state)
  yield await endOfList(source, state)
}

/** `feed=longpoll`: what there is, or else what the next write brings. */
export async function* longpollFeed(
  source: ChangesSource,
  request: ChangesRequest,
  feed: Feed,
  patience: Patience,
): AsyncGenerator<string> {
  const state = { lastSequence: request.since, isLast: true, count: 0 }
  const deadline = Date.now() + patience.timeoutMs
  yield '{"results":[\n'
  for (;;) {
    const alarm = feed.arm()
    yield* listRows(source, { ...request, since: state.lastSequence }, state)
    if (state.count > 0 || !(yield* waitForWrite(source, feed, alarm, patience, deadline, '\n'))) break
  }
  yield await endOfList(source, state)
}

/** `feed=continuous` (one row a line) and `feed=eventsource`: until the limit, the timeout, or the client goes. */
export async function* liveFeed(
  source: ChangesSource,
  request: ChangesRequest,
  feed: Feed,
  patience: Patience,
  form: 'continuous' | 'eventsource',
): AsyncGenerator<string> {
  const { format } = source.sequences
  const heartbeat = form === 'continuous' ? '\n' : 'event: heartbeat\ndata: \n\n'
  let { since, limit: left } = request
  for (;;) {
    const alarm = feed.arm()
    for await (const page of readPages(source, { ...request, since, limit: left })) {
      for (const change of page.changes) {
        const row = toRow(source.sequences, change)
        yield form === 'continuous' ? `${row}\n` : `data: ${row}\nid: ${format(Number(change.seq))}\n\n`
      }
      since = page.lastSequence
      left -= page.changes.length
      if (feed.ended) break
    }
    const deadline = Date.now() + patience.timeoutMs
    if (left <= 0 || !(yield* waitForWrite(source, feed, alarm, patience, deadline, heartbeat))) break
  }
  if (form === 'continuous') yield `${JSON.stringify({ last_seq: format(since), pending: 0 })}\n`
}

interface ListState {
  lastSequence: number
  isLast: boolean
  count: number
}

async function* listRows(source: ChangesSource, request: ChangesRequest, state: ListState): AsyncGenerator<string> {
  for await (const page of readPages(source, request)) {
    const rows = page.changes.map((change) => toRow(source.sequences, change))
    if (rows.length > 0) yield (state.count > 0 ? ',\n' : '') + rows.join(',\n')
    state.count += rows.length
    state.lastSequence = page.lastSequence
    state.isLast = page.isLast
  }
}

// An exact count of what is pending would mean to read it; changes to the same document make this too high, but it is
// 0 exactly when nothing is left.
async function endOfList(source: ChangesSource, state: ListState): Promise<string> {
  const end = state.isLast ? state.lastSequence : Number((await source.database.info()).update_seq)
  const last = JSON.stringify(source.sequences.format(state.lastSequence))
  return `\n],\n"last_seq":${last},"pending":${Math.max(0, end - state.lastSequence)}}\n`
}

/** Waits, with signs of life, and tells whether there is something to read again. */
async function* waitForWrite(
  source: ChangesSource,
  feed: Feed,
  alarm: Alarm,
  { heartbeatMs }: Patience,
  deadline: number,
  heartbeat: string,
): AsyncGenerator<string, boolean> {
  for (;;) {
    const waitMs = heartbeatMs ?? Math.max(0, deadline - Date.now())
    if (await alarm.within(waitMs)) return !feed.ended && source.exists()
    if (heartbeatMs === undefined) return false
    yield heartbeat
  }
}
