/** Whether head office has heard of a store or a product. */
import { Type } from 'typebox'
import { sharedCentralDatabase } from '@tidemark/contracts'
import { DatabaseMissingError } from '../errors.ts'
import type { CouchClient } from './couch-client.ts'
import { openDatabase, type StoredDocument } from './couch-database.ts'

const Names = Type.Array(Type.String())

/** Names of all databases at central. */
export function listDatabases(client: CouchClient): Promise<string[]> {
  return client.request(Names, { path: '_all_dbs' })
}

/** True when central holds a database of the store, or head office has a document for it. */
export async function storeExists(client: CouchClient, storeId: string): Promise<boolean> {
  const names = await listDatabases(client)
  if (names.some((name) => name.startsWith(`store-${storeId}-`))) return true
  return (await findInCatalogue(client, `store:${storeId}`)) !== undefined
}

/** A document of the shared catalogue; undefined too while there is no catalogue yet. */
export async function findInCatalogue(client: CouchClient, id: string): Promise<StoredDocument | undefined> {
  try {
    return await openDatabase(client, sharedCentralDatabase).get(id)
  } catch (error) {
    if (error instanceof DatabaseMissingError) return undefined
    throw error
  }
}
