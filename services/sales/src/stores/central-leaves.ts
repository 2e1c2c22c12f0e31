/** All bodies that central has under one id: more than one means that an immutable entry was written twice. */
import { centralDatabaseOf } from '@tidemark/contracts'
import {
  DatabaseMissingError,
  idOf,
  readLiveLeaves,
  type CouchClient,
  type SourceDocument,
} from '@tidemark/service-kit'

/** None while central does not have the document: reconciliation brings it again when it does. */
export async function readLeaves(client: CouchClient, source: SourceDocument): Promise<readonly SourceDocument[]> {
  const database = centralDatabaseOf(source.storeId, source.database)
  try {
    const leaves = await readLiveLeaves(client, database, idOf(source))
    return leaves.map((document) => ({ ...source, rev: document._rev, conflicts: [], document }))
  } catch (error) {
    if (error instanceof DatabaseMissingError) return []
    throw error
  }
}
