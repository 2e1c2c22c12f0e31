import { maxDocumentsPerLogEntry } from '@tidemark/contracts'
import type { PouchDatabase } from '../pouchdb/index.ts'

export interface StoredChanges {
  readonly throughSequence: number
  readonly documents: { id: string; rev: string }[]
}

/** The next changes of a database after a sequence, at most as many as one log entry holds, each with its winning revision. */
export async function readChanges(source: PouchDatabase, afterSequence: number): Promise<StoredChanges> {
  const { results } = await source.changes({ since: afterSequence, limit: maxDocumentsPerLogEntry, return_docs: true })
  const throughSequence = Number(results.at(-1)?.seq ?? afterSequence)
  return { throughSequence, documents: results.map(({ id, changes }) => ({ id, rev: changes[0]?.rev ?? '' })) }
}
