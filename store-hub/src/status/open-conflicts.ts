import { pouchOf } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'

/** Counts open cases in the `conflicts` database; reads it again only after it was written to. */
export function createOpenConflictCount(store: Store): () => Promise<number> {
  let known: { sequence: number; count: number } | undefined
  return async () => {
    const conflicts = store.database('conflicts')
    if (conflicts === undefined) return 0
    const sequence = conflicts.info().updateSequence
    if (known?.sequence === sequence) return known.count
    const { rows } = await pouchOf(conflicts).allDocs({
      startkey: 'conflict:',
      endkey: 'conflict:\ufff0',
      include_docs: true,
    })
    known = { sequence, count: rows.filter((row) => row.doc?.['status'] === 'open').length }
    return known.count
  }
}
