// Mango queries in CouchDB's shapes.
//
//   no index serves it ──► the documents are read in the order of their ids, until the page is full (scan-documents.ts)
//   an index serves it ──► pouchdb-find
//
// 1. An index is used only for a selector that names all its fields: a document that lacks one is not in the index.
// 2. A page holds what the query means, whatever pouchdb-find drops after it has counted.
import { pouchOf } from '../pouchdb/index.ts'
import type { PouchDatabase, PouchFindRequest } from '../pouchdb/index.ts'
import type { DocumentDatabase } from '../store/index.ts'
import { CouchError, badRequest, notFound } from './errors.ts'
import { Parameters } from './parameters.ts'
import { scanDocuments } from './scan-documents.ts'
import { isRangeSelector, normalSelector } from './selector.ts'
import type { Selector } from './selector.ts'

/** CouchDB's own default: a query without a limit gives 25 documents and a bookmark. */
const DEFAULT_LIMIT = 25
const NO_BOOKMARK = 'nil'
const NO_INDEX = 'No matching index found, create an index to optimize query time.'

interface FindRequest {
  readonly selector: Selector
  readonly query: Omit<PouchFindRequest, 'selector' | 'limit' | 'skip' | 'fields'>
  readonly fields: readonly string[] | undefined
  readonly limit: number
  readonly skip: number
  readonly bookmark: Bookmark
}

/** Where the page before ended: behind an id where ids are the order, else behind so many documents. */
type Bookmark = { readonly after: string } | { readonly count: number }

export async function findDocuments(database: DocumentDatabase, body: Record<string, unknown>): Promise<object> {
  const request = readFindRequest(body)
  const pouch = pouchOf(database)
  const index = await guard(() => chooseIndex(pouch, request))
  return index === undefined ? findByScan(database, request) : findByIndex(database, pouch, index, request)
}

interface Plan {
  readonly index: { readonly type: string; readonly def: { readonly fields: readonly Record<string, string>[] } }
  /** with conditions on one field brought together under its name */
  readonly selector: Selector
}

/** The fields of the index to use, undefined to read the documents themselves. */
async function chooseIndex(pouch: PouchDatabase, { selector, query }: FindRequest): Promise<string[] | undefined> {
  const plan = (await pouch.explain({ ...query, selector })) as unknown as Plan
  const fields = plan.index.def.fields.flatMap((field) => Object.keys(field))
  if (query.sort !== undefined || query.use_index !== undefined) return fields
  const isSound = fields.every((field) => Object.hasOwn(plan.selector, field))
  return plan.index.type !== 'special' && isSound ? fields : undefined
}

async function findByScan(database: DocumentDatabase, request: FindRequest): Promise<object> {
  const { selector, fields, limit, bookmark } = request
  const after = 'after' in bookmark ? bookmark.after : undefined
  const skip = request.skip + ('count' in bookmark ? bookmark.count : 0)
  const { docs, lastId } = await scanDocuments(database, { selector, fields, limit, skip, after })
  const isServed = Object.keys(selector).every((field) => field === '_id')
  return {
    docs,
    bookmark: lastId === undefined ? NO_BOOKMARK : toBookmark({ after: lastId }),
    ...(isServed ? {} : { warning: NO_INDEX }),
  }
}

async function findByIndex(
  database: DocumentDatabase,
  pouch: PouchDatabase,
  index: readonly string[],
  { selector, query, fields, limit, skip, bookmark }: FindRequest,
): Promise<object> {
  const before = 'count' in bookmark ? bookmark.count : 0
  const from = skip + before
  const all = Math.max(database.info().documentCount, from + limit) + 1
  // pouchdb-find counts before it drops design documents and the lower end of a `$gt`; and where it filters by itself it
  // reads everything however little was asked for.
  let asked = isRangeSelector(selector, index) ? Math.min(all, from + limit + 20) : all
  for (;;) {
    const projection = fields === undefined ? {} : { fields }
    const found = await guard(() => pouch.find({ ...query, ...projection, selector, limit: asked }))
    if (found.docs.length < from + limit && asked < all) {
      asked = Math.min(all, asked * 4)
      continue
    }
    const docs = found.docs.slice(from, from + limit)
    const next = docs.length === 0 ? NO_BOOKMARK : toBookmark({ count: before + docs.length })
    return { docs, bookmark: next, ...(found.warning === undefined ? {} : { warning: found.warning }) }
  }
}

export async function explainFind(database: DocumentDatabase, body: Record<string, unknown>): Promise<object> {
  const { selector, query, fields, limit, skip } = readFindRequest(body)
  const projection = fields === undefined ? {} : { fields }
  return guard(() => pouchOf(database).explain({ ...query, ...projection, selector, limit, skip }))
}

export async function createIndex(database: DocumentDatabase, body: Record<string, unknown>): Promise<object> {
  const { index, name, ddoc, type = 'json', partial_filter_selector: filter } = body
  if (type !== 'json') throw badRequest('type: only indexes of the type json are kept')
  if (typeof index !== 'object' || index === null || !('fields' in index) || !Array.isArray(index.fields)) {
    throw badRequest('index: must be {"fields": [names]}')
  }
  const definition = filter === undefined ? index : { ...index, partial_filter_selector: filter }
  const named = { ...(name === undefined ? {} : { name }), ...(ddoc === undefined ? {} : { ddoc }) }
  const made = await guard(() => pouchOf(database).createIndex({ index: definition, ...named, type }))
  return { result: made.result, id: made.id, name: made.name }
}

export async function listIndexes(database: DocumentDatabase): Promise<object> {
  const { total_rows, indexes } = await pouchOf(database).getIndexes()
  return { total_rows, indexes }
}

export async function deleteIndex(database: DocumentDatabase, design: string, name: string): Promise<object> {
  const ddoc = design.startsWith('_design/') ? design : `_design/${design}`
  const pouch = pouchOf(database)
  const { indexes } = await pouch.getIndexes()
  if (!indexes.some((index) => index.ddoc === ddoc && index.name === name)) throw notFound('index_not_found')
  await guard(() => pouch.deleteIndex({ ddoc, name }))
  return { ok: true }
}

function readFindRequest(body: Record<string, unknown>): FindRequest {
  const parameters = new Parameters({}, body)
  const { selector, fields, sort, use_index: index } = body
  if (typeof selector !== 'object' || selector === null || Array.isArray(selector)) {
    throw badRequest('selector: missing required key, a JSON object')
  }
  return {
    selector: normalSelector(selector as Selector),
    query: {
      ...(sort === undefined ? {} : { sort: requireList('sort', sort) }),
      ...(index === undefined
        ? {}
        : { use_index: typeof index === 'string' ? index : requireTexts('use_index', index) }),
    },
    fields: fields === undefined ? undefined : requireTexts('fields', fields),
    limit: parameters.integer('limit') ?? DEFAULT_LIMIT,
    skip: parameters.integer('skip') ?? 0,
    bookmark: fromBookmark(parameters.text('bookmark')),
  }
}

function requireList(name: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw badRequest(`${name}: must be a list`)
  return value
}

function requireTexts(name: string, value: unknown): string[] {
  const list = requireList(name, value)
  if (!list.every((item) => typeof item === 'string')) throw badRequest(`${name}: must be a list of texts`)
  return list
}

const toBookmark = (bookmark: Bookmark): string => Buffer.from(JSON.stringify(bookmark)).toString('base64url')

function fromBookmark(bookmark: string | undefined): Bookmark {
  if (bookmark === undefined || bookmark === '' || bookmark === NO_BOOKMARK) return { count: 0 }
  const parsed = parseQuietly(Buffer.from(bookmark, 'base64url').toString())
  if (typeof parsed === 'object' && parsed !== null) {
    if ('after' in parsed && typeof parsed.after === 'string') return { after: parsed.after }
    if ('count' in parsed && Number.isSafeInteger(parsed.count)) return { count: Number(parsed.count) }
  }
  throw new CouchError(400, 'invalid_bookmark', 'bookmark: was not given by this server')
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** pouchdb-find throws plain errors for what is wrong with a query. */
async function guard<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const { status, error: name, reason, message } = error as Record<string, unknown>
    if (typeof status === 'number' && status < 500) throw error
    if (name === 'no_usable_index') throw new CouchError(400, 'no_usable_index', String(message ?? reason))
    if (error instanceof Error && error.constructor === Error && status === undefined) throw badRequest(error.message)
    throw error
  }
}
