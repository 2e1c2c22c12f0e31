/** One database of CouchDB, with every per-document result looked at. */
import { Type, type Static } from 'typebox'
import { CouchError, UnavailableError } from '../errors.ts'
import type { CouchClient } from './couch-client.ts'

export type StoredDocument = Readonly<Record<string, unknown>> & { readonly _id: string; readonly _rev: string }
export type NewDocument = Readonly<Record<string, unknown>> & { readonly _id: string }

/** What became of one document of a bulk write. */
export type WriteOutcome =
  | { readonly kind: 'stored'; readonly rev: string }
  /** A document with this id (in another revision) is there already. */
  | { readonly kind: 'exists' }
  | { readonly kind: 'failed'; readonly reason: string }

export type ViewKey = string | number | null | readonly ViewKey[] | Readonly<Record<string, never>>

export interface ViewQuery {
  readonly key?: ViewKey
  /** Rows of any of these keys, in their order. At most 1,000. */
  readonly keys?: readonly ViewKey[]
  readonly startKey?: ViewKey
  readonly startKeyDocumentId?: string
  readonly endKey?: ViewKey
  readonly descending?: boolean
  readonly includeDocuments?: boolean
  readonly inclusiveEnd?: boolean
  /** Absent: no reduce. */
  readonly reduce?: 'all' | { readonly groupLevel: number }
  readonly limit?: number
  readonly skip?: number
}

const ViewRow = Type.Object({
  id: Type.Optional(Type.String()),
  key: Type.Unknown(),
  value: Type.Unknown(),
  doc: Type.Optional(Type.Unknown()),
})
export type ViewRow = Static<typeof ViewRow>

export interface CouchDatabase {
  readonly name: string
  get(id: string): Promise<StoredDocument | undefined>
  /** Those of the ids that exist, by id. At most 1,000 ids. */
  getMany(ids: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>>
  /** Ids from the first to the last, both included, in the order of their bytes. */
  idsBetween(first: string, last: string, limit: number): Promise<readonly string[]>
  /** One `_bulk_docs`; an outcome for each document, in order. Throws when the request as a whole fails. */
  bulkInsert(documents: readonly NewDocument[]): Promise<readonly WriteOutcome[]>
  /**
   * Reads, changes and writes one document, again from the start when somebody else wrote in between. `change` gets
   * undefined for a document that is not there and returns undefined to leave things as they are.
   */
  update(id: string, change: (current: StoredDocument | undefined) => NewDocument | undefined): Promise<void>
  view(design: string, view: string, query: ViewQuery): Promise<readonly ViewRow[]>
  /** Rows of each of many queries of one view, in their order, asked together: a request is dearer than most answers. */
  viewMany(design: string, view: string, queries: readonly ViewQuery[]): Promise<readonly (readonly ViewRow[])[]>
  getLocal(id: string): Promise<StoredDocument | undefined>
  putLocal(id: string, body: Readonly<Record<string, unknown>>): Promise<void>
}

const AnyDocument = Type.Object({ _id: Type.String(), _rev: Type.String() })
const AllDocs = Type.Object({
  rows: Type.Array(
    Type.Object({ error: Type.Optional(Type.String()), doc: Type.Optional(Type.Union([AnyDocument, Type.Null()])) }),
  ),
})
const Ids = Type.Object({ rows: Type.Array(Type.Object({ id: Type.String() })) })
const BulkResults = Type.Array(
  Type.Object({
    id: Type.Optional(Type.String()),
    rev: Type.Optional(Type.String()),
    error: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
  }),
)
const ViewResult = Type.Object({ rows: Type.Array(ViewRow) })
const ViewResults = Type.Object({ results: Type.Array(ViewResult) })
const Anything = Type.Unknown()

const maxUpdateTries = 10
const queriesPerRequest = 100

export function openDatabase(client: CouchClient, name: string): CouchDatabase {
  const root = encodeURIComponent(name)

  async function get(path: string): Promise<StoredDocument | undefined> {
    try {
      return await client.request(AnyDocument, { path })
    } catch (error) {
      if (error instanceof CouchError && error.status === 404) return undefined
      throw error
    }
  }

  async function bulkInsert(documents: readonly NewDocument[]): Promise<readonly WriteOutcome[]> {
    if (documents.length === 0) return []
    const results = await client.request(BulkResults, {
      method: 'POST',
      path: `${root}/_bulk_docs`,
      body: { docs: documents },
    })
    if (results.length !== documents.length) {
      throw new UnavailableError('couchdb', `_bulk_docs answered ${results.length} of ${documents.length} documents`)
    }
    return results.map(writeOutcome)
  }

  const database: CouchDatabase = {
    name,
    get: (id) => get(`${root}/${documentPath(id)}`),
    async getMany(ids) {
      if (ids.length === 0) return new Map()
      const { rows } = await client.request(AllDocs, {
        method: 'POST',
        path: `${root}/_all_docs`,
        query: { include_docs: true },
        body: { keys: [...new Set(ids)] },
      })
      // A deleted document comes as a row with `doc: null`.
      return new Map(rows.flatMap(({ doc }) => (doc ? [[doc._id, doc] as const] : [])))
    },
    async idsBetween(first, last, limit) {
      const { rows } = await client.request(Ids, {
        path: `${root}/_all_docs`,
        query: { startkey: first, endkey: last, limit },
      })
      return rows.map(({ id }) => id)
    },
    bulkInsert,
    update: (id, change) => updateDocument(database, id, change),
    async view(design, view, query) {
      const { rows } = await client.request(ViewResult, {
        path: `${root}/_design/${design}/_view/${view}`,
        query: viewParameters(query),
        // Many keys don't fit into a URL.
        ...(query.keys === undefined ? {} : { method: 'POST' as const, body: { keys: query.keys } }),
      })
      return rows
    },
    async viewMany(design, view, queries) {
      const answers: (readonly ViewRow[])[] = []
      for (let from = 0; from < queries.length; from += queriesPerRequest) {
        const asked = queries.slice(from, from + queriesPerRequest)
        const { results } = await client.request(ViewResults, {
          method: 'POST',
          path: `${root}/_design/${design}/_view/${view}/queries`,
          body: { queries: asked.map(viewParameters) },
        })
        if (results.length !== asked.length) {
          throw new UnavailableError('couchdb', `${view} answered ${results.length} of ${asked.length} queries`)
        }
        answers.push(...results.map(({ rows }) => rows))
      }
      return answers
    },
    getLocal: (id) => get(`${root}/_local/${encodeURIComponent(id)}`),
    async putLocal(id, body) {
      const path = `${root}/_local/${encodeURIComponent(id)}`
      const current = await get(path)
      const revision = current === undefined ? {} : { _rev: current._rev }
      await client.request(Anything, { method: 'PUT', path, body: { ...body, _id: `_local/${id}`, ...revision } })
    },
  }
  return database
}

/** `update` of a database by its other members. */
export async function updateDocument(
  database: Pick<CouchDatabase, 'get' | 'bulkInsert'>,
  id: string,
  change: (current: StoredDocument | undefined) => NewDocument | undefined,
): Promise<void> {
  for (let attempt = 0; attempt < maxUpdateTries; attempt += 1) {
    const current = await database.get(id)
    const next = change(current)
    if (next === undefined) return
    const [outcome] = await database.bulkInsert([current === undefined ? next : { ...next, _rev: current._rev }])
    if (outcome?.kind === 'stored') return
    if (outcome?.kind === 'failed') throw new CouchError(400, 'failed', `${id}: ${outcome.reason}`)
  }
  throw new UnavailableError('couchdb', `${id} changed ${maxUpdateTries} times while it was being updated`)
}

function documentPath(id: string): string {
  return id.startsWith('_design/') ? `_design/${encodeURIComponent(id.slice(8))}` : encodeURIComponent(id)
}

function writeOutcome(result: Static<typeof BulkResults>[number]): WriteOutcome {
  if (result.error === undefined && result.rev !== undefined) return { kind: 'stored', rev: result.rev }
  if (result.error === 'conflict') return { kind: 'exists' }
  return { kind: 'failed', reason: `${result.error ?? 'no revision'}: ${result.reason ?? 'no reason given'}` }
}

function viewParameters(query: ViewQuery): Record<string, unknown> {
  const reduce = query.reduce ?? 'none'
  const parameters = {
    key: query.key,
    startkey: query.startKey,
    startkey_docid: query.startKeyDocumentId,
    endkey: query.endKey,
    descending: query.descending,
    include_docs: query.includeDocuments,
    inclusive_end: query.inclusiveEnd,
    limit: query.limit,
    skip: query.skip,
    reduce: reduce !== 'none',
    group_level: typeof reduce === 'object' ? reduce.groupLevel : undefined,
  }
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined))
}
