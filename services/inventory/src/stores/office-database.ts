/**
 * The office: what people decide about stock and what they should look at. It is kept apart from `stock`, which is derived from
 * the stores' documents alone and may be thrown away and built again at any time.
 */
import {
  DatabaseMissingError,
  ensureDatabase,
  ensureDesignDocument,
  shareRequests,
  type CouchClient,
  type CouchDatabase,
  type DesignDocument,
} from '@tidemark/service-kit'

/** Does something with a database that is made, with its design documents, when it is first needed. */
export type WithDatabase = <Answer>(work: (database: CouchDatabase) => Promise<Answer>) => Promise<Answer>

export const officeDatabase = 'stock-office'

export function withDatabase(
  client: CouchClient,
  name: string,
  designDocuments: readonly DesignDocument[],
): WithDatabase {
  let prepared: Promise<CouchDatabase> | undefined

  async function prepare(): Promise<CouchDatabase> {
    const database = await ensureDatabase(client, name)
    for (const design of designDocuments) await ensureDesignDocument(database, design)
    return shareRequests(database)
  }

  function open(): Promise<CouchDatabase> {
    prepared ??= prepare().catch((error: unknown) => {
      prepared = undefined
      throw error
    })
    return prepared
  }

  return async (work) => {
    try {
      return await work(await open())
    } catch (error) {
      if (!(error instanceof DatabaseMissingError)) throw error
      prepared = undefined
      return work(await open())
    }
  }
}
