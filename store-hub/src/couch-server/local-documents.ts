// `_local/` documents don't replicate: they are the checkpoints of those who read a database. Some ids belong to the
// store itself; a client that wrote them could make PouchDB remove another database.
import type { PouchDatabase, PouchDocument } from '../pouchdb/index.ts'
import type { DocumentFault } from './document-rules.ts'
import { notFound } from './errors.ts'
import type { CouchAccess, CouchPrincipal } from './options.ts'

export const SECURITY_ID = '_local/tidemark-security'

const OWN_IDS = new Set([
  SECURITY_ID,
  '_local/_pouch_dependentDbs',
  '_local/_pouch_instance',
  '_local/compaction',
  '_local/indexes',
  '_local/lastSeq',
  '_local/mrviews',
  '_local/purges',
])

/** True for local documents that the store keeps for itself; they neither show nor change from outside. */
export const isOwnLocalId = (id: string): boolean => OWN_IDS.has(id)

export function findLocalWriteFault<P extends CouchPrincipal>(
  access: CouchAccess<P>,
  principal: P,
  database: string,
  id: string,
): DocumentFault | undefined {
  const allowed = access.mayWriteLocal?.(principal, database, id) ?? true
  if (allowed && !isOwnLocalId(id)) return undefined
  return { status: 403, error: 'forbidden', reason: `You are not allowed to write ${id.slice(0, 100)}.` }
}

export async function readLocalDocument(database: PouchDatabase, id: string): Promise<PouchDocument> {
  if (isOwnLocalId(id)) throw notFound('missing')
  return database.get(id)
}

/** Writes or, with `_deleted`, removes a local document. Gives its new revision. */
export async function writeLocalDocument(database: PouchDatabase, document: PouchDocument): Promise<string> {
  if (document._deleted !== true) return (await database.put(document)).rev ?? '0-1'
  await database.remove({ _id: document._id, _rev: document._rev ?? (await database.get(document._id))._rev ?? '' })
  return '0-0'
}
