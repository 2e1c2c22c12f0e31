/** The hub's private notes: token hashes, refused documents, how far replication came. Not served, not replicated. */
import { pouchOf } from '../pouchdb/index.ts'
import type { PouchDatabase, PouchDocument } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'

const hubStateDatabase = 'hub-state'
export type HubState = PouchDatabase

const maxSaveAttempts = 10

export async function openHubState(store: Store): Promise<HubState> {
  return pouchOf(store.database(hubStateDatabase) ?? (await store.create(hubStateDatabase)))
}

/** The document, undefined when there is none. */
export async function readDocument(database: PouchDatabase, id: string): Promise<PouchDocument | undefined> {
  try {
    return await database.get(id)
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    throw error
  }
}

/** Writes what `change` makes of the present document; tries again when someone else wrote in between. */
export async function saveDocument(
  database: PouchDatabase,
  id: string,
  change: (present: PouchDocument | undefined) => Record<string, unknown>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const present = await readDocument(database, id)
    const revision = present?._rev === undefined ? {} : { _rev: present._rev }
    try {
      await database.put({ ...change(present), _id: id, ...revision })
      return
    } catch (error) {
      if (!isStatus(error, 409) || attempt === maxSaveAttempts) throw error
    }
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && error.status === status
}
