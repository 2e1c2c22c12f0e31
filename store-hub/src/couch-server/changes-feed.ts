// The changes feed in its four forms.
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DocumentDatabase } from '../store/index.ts'
import type { Change, ChangesPage, ChangesRequest } from './changes-reader.ts'
import { ChangesReader } from './changes-reader.ts'
import type { Feed } from './feeds.ts'
import type { SequenceFormat } from './sequences.ts'

export interface ChangesSource {
  readonly database: DocumentDatabase
  readonly sequences: SequenceFormat
  /** false once the database has been removed */
  readonly exists: () => boolean
}

/** A waiting feed sends a sign of life each `heartbeatMs`, or ends after `timeoutMs` without a change. */
export interface Patience {
  readonly heartbeatMs: number | undefined
  readonly timeoutMs: number
}

const OPEN_LIST = '{"results":[\n'

/** `feed=normal`: what there was when it was asked for, page by page. */
export function* normalFeed(source: ChangesSource, request: ChangesRequest): Generator<string> {
  const { database, sequences } = source
  const reader = new ChangesReader(database, sequences, request)
  // Without an end, a reader that is slower than the writers would never come to it.
  const end = database.updateSequence
  yield OPEN_LIST
  let separator = ''
  for (let isLast = false; !isLast;) {
    const page = reader.next(end)
    yield joinRows(page.changes, separator)
    if (page.changes.length > 0) separator = ',\n'
    isLast = page.isLast
  }
  yield `\n],\n${describeEnd(source, reader.lastSequence)}}\n`
}

function joinRows(changes: readonly Change[], separator: string): string {
  let text = ''
  for (const { row } of changes) {
    text += text === '' ? separator + row : `,\n${row}`
  }
  return text
}

/** `last_seq` and `pending`; of a database that is gone or a feed that was ended nothing can be counted any more. */
function describeEnd({ database, sequences, exists }: ChangesSource, lastSequence: number, isEnded = false): string {
  const pending = isEnded || !exists() ? 0 : countPending(database, lastSequence)
  return `"last_seq":${sequences.text(lastSequence)},"pending":${pending}`
}

/** Counting means to read the index, so a long way is estimated: never too low, and 0 exactly when nothing is left. */
const COUNTED_AT_MOST = 20_000

function countPending(database: DocumentDatabase, since: number): number {
  const ahead = database.updateSequence - since
  if (ahead <= 0) return 0
  if (ahead <= COUNTED_AT_MOST) return database.countChanges(since)
  const { documentCount, deletedCount } = database.info()
  return Math.min(ahead, documentCount + deletedCount)
}

/** What a waiting feed reads; feeds that stand at the same place share it. */
function readPage(source: ChangesSource, feed: Feed, reader: ChangesReader, request: ChangesRequest): ChangesPage {
  if (request.filter !== undefined || request.seqInterval !== undefined || Number.isFinite(request.limit)) {
    return reader.next()
  }
  const { style, includeDocs, conflicts } = request
  const key = `${reader.lastSequence} ${style} ${includeDocs} ${conflicts}`
  const page = feed.share(key, () =>
    new ChangesReader(source.database, source.sequences, { ...request, since: reader.lastSequence }).next(),
  )
  reader.skipTo(page.lastSequence)
  return page
}

/** `feed=longpoll`: what there is, or else what the next write brings. */
export async function answerLongpoll(
  source: ChangesSource,
  request: ChangesRequest,
  feed: Feed,
  patience: Patience,
  out: FeedOutput,
): Promise<void> {
  const reader = new ChangesReader(source.database, source.sequences, request)
  const deadline = Date.now() + patience.timeoutMs
  let changes: readonly Change[] = []
  while (!feed.ended) {
    const page = readPage(source, feed, reader, request)
    changes = page.changes
    if (changes.length > 0) break
    if (!page.isLast) await nextTurn()
    else if (!(await waitForWrite(source, feed, patience, deadline, () => out.write(out.isBegun ? '\n' : OPEN_LIST))))
      break
  }
  const begin = out.isBegun ? '' : OPEN_LIST
  out.end(`${begin}${joinRows(changes, '')}\n],\n${describeEnd(source, reader.lastSequence, feed.ended)}}\n`)
}

/** `feed=continuous` (one row a line) and `feed=eventsource`: until the limit, the timeout, or the client goes. */
export async function answerLive(
  source: ChangesSource,
  request: ChangesRequest,
  feed: Feed,
  patience: Patience,
  form: 'continuous' | 'eventsource',
  out: FeedOutput,
): Promise<void> {
  const { sequences } = source
  const reader = new ChangesReader(source.database, sequences, request)
  const heartbeat = form === 'continuous' ? '\n' : 'event: heartbeat\ndata: \n\n'
  const toText = ({ row, sequence }: Change): string =>
    form === 'continuous' ? `${row}\n` : `data: ${row}\nid: ${unquote(sequences.text(sequence))}\n\n`
  while (!feed.ended) {
    const page = readPage(source, feed, reader, request)
    if (page.changes.length > 0) await out.write(page.changes.map(toText).join(''))
    if (reader.left <= 0) break
    if (!page.isLast) {
      await nextTurn()
      continue
    }
    const deadline = Date.now() + patience.timeoutMs
    if (!(await waitForWrite(source, feed, patience, deadline, () => out.write(heartbeat)))) break
  }
  out.end(form === 'continuous' ? `{${describeEnd(source, reader.lastSequence, feed.ended)}}\n` : '')
}

const unquote = (text: string): string => text.replaceAll('"', '')

/** Waits, with signs of life, and tells whether there is something to read again. */
async function waitForWrite(
  { exists }: ChangesSource,
  feed: Feed,
  { heartbeatMs }: Patience,
  deadline: number,
  sendSignOfLife: () => Promise<void>,
): Promise<boolean> {
  for (;;) {
    const wakening = await feed.rest(heartbeatMs ?? Math.max(0, deadline - Date.now()))
    if (wakening !== 'time') return wakening === 'write'
    if (heartbeatMs === undefined || !exists()) return false
    await sendSignOfLife()
  }
}

/** The answer of a feed, written as its changes come. */
export class FeedOutput {
  readonly #response: ServerResponse
  readonly #begin: () => void
  #isBegun = false

  /** `begin` sends the head of the answer, before its first text. */
  constructor(response: ServerResponse, begin: () => void) {
    this.#response = response
    this.#begin = begin
  }

  get isBegun(): boolean {
    return this.#isBegun
  }

  /** Sends the head now, so that the client knows that its feed is open. */
  begin(): void {
    if (this.#isBegun) return
    this.#isBegun = true
    this.#begin()
  }

  /** Resolves when the client has taken what was written before, or is gone. */
  async write(text: string): Promise<void> {
    this.begin()
    if (this.#response.destroyed || this.#response.write(text)) return
    await new Promise<void>((resolve) => {
      const taken = (): void => {
        this.#response.off('drain', taken).off('close', taken)
        resolve()
      }
      this.#response.on('drain', taken).on('close', taken)
    })
  }

  end(text: string): void {
    this.begin()
    if (!this.#response.destroyed) this.#response.end(text)
  }
}
