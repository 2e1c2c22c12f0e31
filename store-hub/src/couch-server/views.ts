import { pouchOf } from '../pouchdb/index.ts'
import type { DocumentDatabase } from '../store/index.ts'
import { CouchError, badRequest, notFound, queryParseError } from './errors.ts'
import type { Parameters } from './parameters.ts'
import type { SequenceFormat } from './sequences.ts'

/** CouchDB's view parameters, checked, as PouchDB's `query` takes them. */
export type ViewRequest = Readonly<Record<string, unknown>>

export function readViewRequest(parameters: Parameters, maxKeys: number): ViewRequest {
  const keys = parameters.json('keys')
  if (keys !== undefined && !Array.isArray(keys)) throw badRequest('`keys` parameter must be an array.')
  if (Array.isArray(keys) && keys.length > maxKeys) {
    throw queryParseError(`keys has ${keys.length} items; at most ${maxKeys} are taken`)
  }
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
    update_seq: parameters.boolean('update_seq'),
    group: parameters.boolean('group'),
    stale: readStale(parameters),
    ...(parameters.has('reduce') ? { reduce: parameters.boolean('reduce', true) } : {}),
  }
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
}

/** `stale` is what `update` was called before CouchDB 2.1. */
function readStale(parameters: Parameters): string | undefined {
  const update = parameters.choice('update', ['true', 'false', 'lazy'], 'true')
  if (update !== 'true') return update === 'false' ? 'ok' : 'update_after'
  const stale = parameters.choice('stale', ['', 'ok', 'update_after'], '')
  return stale === '' ? undefined : stale
}

/** Rows of a view. The view is brought up to date first, unless the request says otherwise. */
export async function queryView(
  database: DocumentDatabase,
  design: string,
  view: string,
  request: ViewRequest,
  sequences: SequenceFormat,
): Promise<object> {
  const views = readViews(database, design)
  const definition = Object.hasOwn(views, view) ? views[view] : undefined
  if (definition === undefined) throw notFound('missing_named_view')
  const reduces = definition.reduce !== undefined && request['reduce'] !== false
  if (!reduces && (request['group'] === true || request['group_level'] !== undefined)) {
    throw queryParseError('Invalid use of grouping on a map view.')
  }
  if (!reduces && request['reduce'] === true) throw queryParseError('Reduce is invalid for map-only views.')
  if (reduces && request['include_docs'] === true) throw queryParseError('`include_docs` is invalid for reduce')
  try {
    const result = (await pouchOf(database).query(`${design}/${view}`, { ...request })) as { update_seq?: unknown }
    if (typeof result.update_seq !== 'number') return result
    return { ...result, update_seq: JSON.parse(sequences.text(result.update_seq)) as unknown }
  } catch (error) {
    const { name, message } = error as { name?: unknown; message?: unknown }
    if (name === 'invalid_value') throw new CouchError(500, 'builtin_reduce_error', String(message))
    if (name === 'SyntaxError') throw new CouchError(400, 'compilation_error', `${view}: ${String(message)}`)
    throw error
  }
}

export function describeView(database: DocumentDatabase, design: string): object {
  const views = readViews(database, design)
  return { name: design, view_index: { language: 'javascript', views: Object.keys(views), updater_running: false } }
}

interface ViewDefinition {
  readonly map?: unknown
  readonly reduce?: unknown
}

function readViews(database: DocumentDatabase, design: string): Record<string, ViewDefinition> {
  const stored = database.read(`_design/${design}`)
  if (stored === undefined) throw notFound('missing')
  if (stored.deleted) throw notFound('deleted')
  const { views } = JSON.parse(stored.body) as { views?: unknown }
  return typeof views === 'object' && views !== null ? (views as Record<string, ViewDefinition>) : {}
}
