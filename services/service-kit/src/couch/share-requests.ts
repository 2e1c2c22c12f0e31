/**
 * The same database for work on many things at once: what is asked and written in one turn of the event loop goes together, because
 * a request is dearer than most answers.
 *
 *     get(a) ─┐                          view(q1) ─┐                          bulkInsert([a]) ─┐
 *     get(b) ─┼─► one `_all_docs`        view(q2) ─┴─► one `…/queries`        bulkInsert([b]) ─┴─► one `_bulk_docs`
 *     get(c) ─┘
 *
 * What is large already, such as a batch of documents, goes by itself.
 */
import DataLoader from 'dataloader'
import {
  updateDocument,
  type CouchDatabase,
  type NewDocument,
  type StoredDocument,
  type ViewQuery,
  type ViewRow,
  type WriteOutcome,
} from './couch-database.ts'

const idsPerRequest = 500
const queriesPerRequest = 100
const documentsPerRequest = 100
/** Nothing is remembered: what was read once may be another revision the next time. */
const cache = false

export function shareRequests(database: CouchDatabase): CouchDatabase {
  const documents = new DataLoader<string, StoredDocument | undefined>(
    async (ids) => {
      if (ids.length === 1) return [await database.get(ids[0] ?? '')]
      const found = await database.getMany(ids)
      return ids.map((id) => found.get(id))
    },
    { cache, maxBatchSize: idsPerRequest },
  )
  const inserts = new DataLoader<NewDocument, WriteOutcome>((writes) => database.bulkInsert(writes), {
    cache,
    maxBatchSize: documentsPerRequest,
  })
  const views = new Map<string, DataLoader<ViewQuery, readonly ViewRow[]>>()

  function viewOf(design: string, view: string): DataLoader<ViewQuery, readonly ViewRow[]> {
    const key = `${design}/${view}`
    const loader =
      views.get(key) ??
      new DataLoader<ViewQuery, readonly ViewRow[]>(
        async ([query = {}, ...others]) =>
          others.length === 0
            ? [await database.view(design, view, query)]
            : database.viewMany(design, view, [query, ...others]),
        { cache, maxBatchSize: queriesPerRequest },
      )
    views.set(key, loader)
    return loader
  }

  const shared: CouchDatabase = {
    ...database,
    get: (id) => documents.load(id),
    async getMany(ids) {
      if (ids.length > documentsPerRequest) return database.getMany(ids)
      const found = await Promise.all([...new Set(ids)].map(async (id) => [id, await documents.load(id)] as const))
      return new Map(found.flatMap(([id, document]) => (document === undefined ? [] : [[id, document]])))
    },
    async bulkInsert(writes) {
      const [only, ...others] = writes
      return only === undefined || others.length > 0 ? database.bulkInsert(writes) : [await inserts.load(only)]
    },
    update: (id, change) => updateDocument(shared, id, change),
    view: (design, view, query) =>
      query.keys === undefined ? viewOf(design, view).load(query) : database.view(design, view, query),
  }
  return shared
}
