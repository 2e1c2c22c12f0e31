/** Every live revision of a document, which is what a conflict is made of. */
import { Type } from 'typebox'
import { CouchError } from '../errors.ts'
import type { CouchClient } from './couch-client.ts'
import type { StoredDocument } from './couch-database.ts'

const OpenRevisions = Type.Array(
  Type.Object({
    ok: Type.Optional(
      Type.Object({ _id: Type.String(), _rev: Type.String(), _deleted: Type.Optional(Type.Boolean()) }),
    ),
  }),
)

/**
 * The leaves of a document that are not deletions, in no particular order; none for a document that is not there.
 * Throws a DatabaseMissingError for a database that is not there.
 */
export async function readLiveLeaves(
  client: CouchClient,
  database: string,
  documentId: string,
): Promise<readonly StoredDocument[]> {
  const path = `${encodeURIComponent(database)}/${encodeURIComponent(documentId)}`
  try {
    const revisions = await client.request(OpenRevisions, { path, query: { open_revs: 'all' } })
    return revisions.flatMap(({ ok }) => (ok === undefined || ok._deleted === true ? [] : [ok]))
  } catch (error) {
    if (error instanceof CouchError && error.status === 404) return []
    throw error
  }
}
