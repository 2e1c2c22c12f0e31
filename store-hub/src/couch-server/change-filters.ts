// What `filter=` of the changes feed selects by.
import type { DocumentDatabase } from '../store/index.ts'
import { compileFunction } from '../pouchdb/index.ts'
import { CouchError, badRequest, notFound } from './errors.ts'
import type { Parameters } from './parameters.ts'
import { compileSelector, normalSelector } from './selector.ts'

export type ChangeFilter =
  | { readonly kind: 'ids'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'names'; accepts(id: string): boolean }
  /** gets the document as JSON text */
  | { readonly kind: 'documents'; accepts(text: string): boolean }

/** What a filter function sees as its second argument. */
export type FilterRequest = Readonly<Record<string, unknown>>

/** The filter that a request names; undefined for none. Throws what CouchDB answers for one that isn't there. */
export function readChangeFilter(
  database: DocumentDatabase,
  query: Parameters,
  body: Parameters,
  maxIds: number,
  request: () => FilterRequest,
): ChangeFilter | undefined {
  const name = query.text('filter') ?? ''
  if (name === '') return undefined
  if (name === '_design') return { kind: 'names', accepts: (id) => id.startsWith('_design/') }
  if (name === '_doc_ids') {
    const ids = body.texts('doc_ids', maxIds)
    if (ids === undefined) throw badRequest('doc_ids: the filter _doc_ids needs a list of ids')
    return { kind: 'ids', ids: new Set(ids) }
  }
  if (name === '_selector') {
    const selector = body.json('selector')
    if (typeof selector !== 'object' || selector === null || Array.isArray(selector)) {
      throw badRequest('Selector error: expected a JSON object')
    }
    const matches = compileSelector(normalSelector(selector as Record<string, unknown>))
    return { kind: 'documents', accepts: (text) => matches(JSON.parse(text) as object) }
  }
  if (name === '_view') return viewFilter(database, query.text('view') ?? '')
  if (name.startsWith('_')) throw notFound(`unknown builtin filter name: ${name.slice(0, 100)}`)
  return functionFilter(database, name, request)
}

function viewFilter(database: DocumentDatabase, view: string): ChangeFilter {
  const [design, name] = splitName(view, 'view')
  const map = readFunction(database, design, ['views', name, 'map'])
  const emits = compileFunction(map, 'emitted = []; given(JSON.parse(input)); return emitted.length > 0;')
  return { kind: 'documents', accepts: (text) => run(emits, text) }
}

function functionFilter(database: DocumentDatabase, filter: string, request: () => FilterRequest): ChangeFilter {
  const [design, name] = splitName(filter, 'filter')
  const source = readFunction(database, design, ['filters', name])
  const asked = JSON.stringify(JSON.stringify(request()))
  const accepts = compileFunction(source, `return Boolean(given(JSON.parse(input), JSON.parse(${asked})));`)
  return { kind: 'documents', accepts: (text) => run(accepts, text) }
}

function splitName(value: string, parameter: string): [design: string, name: string] {
  const [design, name, more] = value.split('/').map(decodePart)
  if (design === undefined || name === undefined || design === '' || name === '' || more !== undefined) {
    throw badRequest(`\`${parameter}\` must be of the form \`designname/${parameter}name\``)
  }
  return [design, name]
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function readFunction(database: DocumentDatabase, design: string, path: readonly string[]): string {
  const stored = database.read(`_design/${design}`)
  if (stored === undefined) throw notFound('missing')
  if (stored.deleted) throw notFound('deleted')
  let value: unknown = JSON.parse(stored.body)
  for (const name of path) {
    const isMember = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    value = isMember ? (value as Record<string, unknown>)[name] : undefined
  }
  if (typeof value !== 'string') throw notFound(`missing json key: ${path[0]}`)
  return value
}

function run(accepts: (input: string) => string, text: string): boolean {
  try {
    return accepts(text) === 'true'
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CouchError(500, 'compilation_error', `the filter function failed: ${reason}`)
  }
}
