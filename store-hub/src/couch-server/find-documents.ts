// Mango queries, by pouchdb-find, in CouchDB's shapes.
import type { PouchDatabase, PouchFindRequest } from '../pouchdb/index.ts'
import { badRequest, CouchError, notFound } from './errors.ts'
import { Parameters } from './parameters.ts'

/** CouchDB's own default: a query without a limit gives 25 documents and a bookmark. */
const DEFAULT_LIMIT = 25
const NO_BOOKMARK = 'nil'

interface FindRequest {
  readonly request: PouchFindRequest & { limit: number; skip: number }
  /** documents that earlier pages gave */
  readonly before: number
}

// pouchdb-find applies limit and skip before it has dropped design documents and the lower end of a `$gt`: pages come
// out short or twice. It is asked for everything that matches, and the page is cut here.
export async function findDocuments(database: PouchDatabase, body: Record<string, unknown>): Promise<object> {
  const { request, before } = readFindRequest(body)
  const { limit, skip, ...query } = request
  const found = await guard(async () => {
    const selector = await withSoundIndex(database, query)
    return database.find({ ...query, selector, limit: Number.MAX_SAFE_INTEGER })
  })
  const from = skip + before
  const docs = found.docs.slice(from, from + limit)
  const bookmark = docs.length === 0 ? NO_BOOKMARK : toBookmark(before + docs.length)
  return { docs, bookmark, ...(found.warning === undefined ? {} : { warning: found.warning }) }
}

/**
 * An index has no entry for a document that lacks one of its fields. CouchDB uses it only for a selector that names them
 * all; PouchDB also otherwise, and such documents would be missing: then the condition on `_id` makes it read them all.
 */
async function withSoundIndex(
  database: PouchDatabase,
  query: Pick<PouchFindRequest, 'selector' | 'sort' | 'use_index'>,
): Promise<PouchFindRequest['selector']> {
  if (query.sort !== undefined || query.use_index !== undefined) return query.selector
  const { index, selector } = (await database.explain({ selector: query.selector })) as unknown as Plan
  const fields = index.def.fields.flatMap((field) => Object.keys(field))
  const isSound = fields.every((field) => field === '_id' || Object.hasOwn(selector, field))
  return isSound ? query.selector : { $and: [query.selector, { _id: { $gt: null } }] }
}

interface Plan {
  readonly index: { readonly def: { readonly fields: readonly Readonly<Record<string, string>>[] } }
  /** with conditions on one field brought together under its name */
  readonly selector: Readonly<Record<string, unknown>>
}

export async function explainFind(database: PouchDatabase, body: Record<string, unknown>): Promise<object> {
  const { request } = readFindRequest(body)
  return guard(() => database.explain(request))
}

export async function createIndex(database: PouchDatabase, body: Record<string, unknown>): Promise<object> {
  const { index, name, ddoc, type = 'json', partial_filter_selector: filter } = body
  if (type !== 'json') throw badRequest('type: only indexes of the type json are kept')
  if (typeof index !== 'object' || index === null || !('fields' in index) || !Array.isArray(index.fields)) {
    throw badRequest('index: must be {"fields": [names]}')
  }
  const definition = filter === undefined ? index : { ...index, partial_filter_selector: filter }
  const named = { ...(name === undefined ? {} : { name }), ...(ddoc === undefined ? {} : { ddoc }) }
  const { result, id, name: given } = await guard(() => database.createIndex({ index: definition, ...named, type }))
  return { result, id, name: given }
}

export async function listIndexes(database: PouchDatabase): Promise<object> {
  const { total_rows, indexes } = await database.getIndexes()
  return { total_rows, indexes }
}

export async function deleteIndex(database: PouchDatabase, design: string, name: string): Promise<object> {
  const ddoc = design.startsWith('_design/') ? design : `_design/${design}`
  const { indexes } = await database.getIndexes()
  if (!indexes.some((index) => index.ddoc === ddoc && index.name === name)) throw notFound('index_not_found')
  await guard(() => database.deleteIndex({ ddoc, name }))
  return { ok: true }
}

function readFindRequest(body: Record<string, unknown>): FindRequest {
  const parameters = new Parameters({}, body)
  const { selector, fields, sort, use_index: index } = body
  if (typeof selector !== 'object' || selector === null || Array.isArray(selector)) {
    throw badRequest('selector: missing required key, a JSON object')
  }
  const request = {
    // An empty selector means every document to CouchDB, and is an error to PouchDB.
    selector: Object.keys(selector).length === 0 ? { _id: { $gt: null } } : (selector as Record<string, unknown>),
    ...(fields === undefined ? {} : { fields: requireTexts('fields', fields) }),
    ...(sort === undefined ? {} : { sort: requireList('sort', sort) }),
    ...(index === undefined ? {} : { use_index: typeof index === 'string' ? index : requireTexts('use_index', index) }),
    limit: parameters.integer('limit') ?? DEFAULT_LIMIT,
    skip: parameters.integer('skip') ?? 0,
  }
  return { request, before: fromBookmark(parameters.text('bookmark')) }
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

// A bookmark counts the documents that were given. CouchDB's names the last key: there, documents that are removed
// between two pages can't make the next page skip any.
const toBookmark = (count: number): string => Buffer.from(`after:${count}`).toString('base64url')

function fromBookmark(bookmark: string | undefined): number {
  if (bookmark === undefined || bookmark === '' || bookmark === NO_BOOKMARK) return 0
  const count = /^after:(\d{1,15})$/.exec(Buffer.from(bookmark, 'base64url').toString())?.[1]
  if (count === undefined) throw new CouchError(400, 'invalid_bookmark', 'bookmark: was not given by this server')
  return Number(count)
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
