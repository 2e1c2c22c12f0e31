// `_all_docs`: the documents in the order of their ids, as text pieces that are made only as fast as they are read.
import type { PouchAllDocsOptions, PouchDatabase, PouchRow } from '../pouchdb/index.ts'
import { readWinner } from './read-documents.ts'

export interface AllDocumentsRequest {
  readonly startkey: string | undefined
  readonly endkey: string | undefined
  readonly inclusiveEnd: boolean
  readonly descending: boolean
  readonly skip: number
  readonly limit: number
  readonly includeDocs: boolean
  readonly conflicts: boolean
  /** update_seq as it is to be shown, undefined when it was not asked for */
  readonly updateSequence: number | string | undefined
}

const PAGE = 500

/** A range of ids. */
export async function* listRange(database: PouchDatabase, request: AllDocumentsRequest): AsyncGenerator<string> {
  const { total_rows: total } = await database.allDocs({ limit: 0 })
  yield openList(total, request.skip, request.updateSequence)
  let count = 0
  for await (const rows of readPages(database, request)) {
    const text = rows.map((row) => JSON.stringify(row)).join(',\n')
    if (rows.length > 0) yield (count > 0 ? ',\n' : '') + text
    count += rows.length
  }
  yield '\n]}\n'
}

const openList = (total: number, offset: number, updateSequence: number | string | undefined): string =>
  `{"total_rows":${total},"offset":${offset}` +
  (updateSequence === undefined ? '' : `,"update_seq":${JSON.stringify(updateSequence)}`) +
  ',"rows":[\n'

async function* readPages(database: PouchDatabase, request: AllDocumentsRequest): AsyncGenerator<PouchRow[]> {
  let left = request.limit
  let from = request.startkey
  // Each page begins again at the last id of the page before, and skips it.
  let skip = request.skip
  while (left > 0) {
    const limit = Math.min(left, PAGE)
    const { rows } = await database.allDocs({ ...toPouchOptions(request), ...startAt(from), skip, limit })
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    left -= rows.length
    from = last.key
    skip = 1
  }
}

const startAt = (key: string | undefined): PouchAllDocsOptions => (key === undefined ? {} : { startkey: key })

function toPouchOptions(request: AllDocumentsRequest): PouchAllDocsOptions {
  return {
    ...(request.endkey === undefined ? {} : { endkey: request.endkey }),
    inclusive_end: request.inclusiveEnd,
    descending: request.descending,
    include_docs: request.includeDocs,
    conflicts: request.conflicts,
  }
}

/** The documents of these keys, one row each in the same order. */
export async function* listKeys(
  database: PouchDatabase,
  keys: readonly unknown[],
  request: Pick<AllDocumentsRequest, 'includeDocs' | 'conflicts' | 'updateSequence'>,
): AsyncGenerator<string> {
  const { total_rows: total } = await database.allDocs({ limit: 0 })
  yield openList(total, 0, request.updateSequence)
  for (const [index, key] of keys.entries()) {
    yield (index > 0 ? ',\n' : '') + JSON.stringify(await readKey(database, key, request))
  }
  yield '\n]}\n'
}

async function readKey(
  database: PouchDatabase,
  key: unknown,
  { includeDocs, conflicts }: { includeDocs: boolean; conflicts: boolean },
): Promise<object> {
  const winner = typeof key === 'string' && key !== '' ? await readWinner(database, key) : undefined
  if (typeof key !== 'string' || winner === undefined) return { key, error: 'not_found' }
  const value = { rev: winner.rev, ...(winner.deleted ? { deleted: true } : {}) }
  if (!includeDocs) return { id: key, key, value }
  const doc = winner.deleted ? null : await database.get(key, { rev: winner.rev, conflicts })
  return { id: key, key, value, doc }
}
