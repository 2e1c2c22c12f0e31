import type { PouchDatabase } from '../pouchdb/index.ts'
import { CouchError, badRequest, notFound, queryParseError } from './errors.ts'
import type { Parameters } from './parameters.ts'

/** CouchDB's view parameters, checked, as PouchDB's `query` takes them. */
export type ViewRequest = Readonly<Record<string, unknown>>

export function readViewRequest(parameters: Parameters, maxKeys: number): ViewRequest {
  const keys = parameters.json('keys')
  if (keys !== undefined && !Array.isArray(keys)) throw badRequest('`keys` parameter must be an array.')
  if (Array.isArray(keys) && keys.length > maxKeys) {
    throw queryParseError(`keys has ${keys.length} items; at most ${maxKeys} are taken`)
  }
  const update = parameters.choice('update', ['true', 'false', 'lazy'], 'true')
  parameters.boolean('stable')
  parameters.boolean('sorted', true)
  const request: Record<string, unknown> = {
    key: parameters.json('key'),
    keys,
    startkey: parameters.json('startkey', 'start_key'),
    endkey: parameters.json('endkey', 'end_key'),
    inclusive_end: parameters.boolean('inclusive_end', true),
    descending: parameters.boolean('descending'),
    skip: parameters.integer('skip'),
    limit: parameters.integer('limit'),
    group_level: parameters.integer('group_level'),
    include_docs: parameters.boolean('include_docs'),
    conflicts: parameters.boolean('conflicts'),
    group: parameters.boolean('group'),
    ...(update === 'true' ? {} : { stale: update === 'false' ? 'ok' : 'update_after' }),
    ...(parameters.has('reduce') ? { reduce: parameters.boolean('reduce', true) } : {}),
  }
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
}

/** Rows of a view. The view is brought up to date first. */
export async function queryView(
  database: PouchDatabase,
  design: string,
  view: string,
  request: ViewRequest,
): Promise<object> {
  const views = await readViews(database, design)
  const definition = Object.hasOwn(views, view) ? views[view] : undefined
  if (definition === undefined) throw notFound('missing_named_view')
  const reduces = definition.reduce !== undefined && request['reduce'] !== false
  if (!reduces && (request['group'] === true || request['group_level'] !== undefined)) {
    throw queryParseError('Invalid use of grouping on a map view.')
  }
  if (!reduces && request['reduce'] === true) throw queryParseError('Reduce is invalid for map-only views.')
  if (reduces && request['include_docs'] === true) throw queryParseError('`include_docs` is invalid for reduce')
  try {
    return await database.query(`${design}/${view}`, { ...request })
  } catch (error) {
    const { name, message } = error as { name?: unknown; message?: unknown }
    if (name === 'invalid_value') throw new CouchError(500, 'builtin_reduce_error', String(message))
    if (name === 'SyntaxError') throw new CouchError(400, 'compilation_error', `${view}: ${String(message)}`)
    throw error
  }
}

export async function describeView(database: PouchDatabase, design: string): Promise<object> {
  const views = await readViews(database, design)
  return { name: design, view_index: { language: 'javascript', views: Object.keys(views), updater_running: false } }
}

interface ViewDefinition {
  readonly map?: unknown
  readonly reduce?: unknown
}

async function readViews(database: PouchDatabase, design: string): Promise<Record<string, ViewDefinition>> {
  const document = await database.get(`_design/${design}`)
  const { views } = document
  return typeof views === 'object' && views !== null ? (views as Record<string, ViewDefinition>) : {}
}
