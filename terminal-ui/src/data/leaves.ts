import { isNotFound, type Database, type StoredDocument } from './pouch-types.ts'

/** Leaves with their history, ended ones among them; none for a document that was never here. */
export async function readLeaves(database: Database, documentId: string): Promise<readonly StoredDocument[]> {
  try {
    const found = await database.get(documentId, { open_revs: 'all', revs: true })
    return found.flatMap(({ ok }) => (ok === undefined ? [] : [ok]))
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}
