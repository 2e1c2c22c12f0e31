import type { DocumentDatabase, Store } from '../store/index.ts'

const pageSize = 200

/** Counts open cases in the `conflicts` database; reads it again only after it was written to. */
export function createOpenConflictCount(store: Store): () => number {
  let known: { sequence: number; count: number } | undefined
  return () => {
    const conflicts = store.database('conflicts')
    if (conflicts === undefined) return 0
    const sequence = conflicts.info().updateSequence
    if (known?.sequence !== sequence) known = { sequence, count: countOpen(conflicts) }
    return known.count
  }
}

function countOpen(conflicts: DocumentDatabase): number {
  let count = 0
  for (let startKey = 'conflict:'; ;) {
    const page = conflicts.list({ startKey, endKey: 'conflict:\uffff', limit: pageSize, bodies: true })
    count += page.filter(({ body }) => (JSON.parse(body ?? '{}') as { status?: unknown }).status === 'open').length
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return count
    startKey = `${last.id}\u0000`
  }
}
