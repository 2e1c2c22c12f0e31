/** Ids of conflict cases: made of the set of leaves, so whoever sees the same leaves means the same case. */
import { canonicalHash } from '../journal/canonical-hash.ts'

export interface ConflictKey {
  /** Name at the hub, such as `catalog`. */
  readonly database: string
  readonly documentId: string
}

/** `({database: 'catalog', documentId: 'product:A-1'}, ['2-a', '2-b'])` → `conflict:catalog:product:A-1:5d1c…`. */
export function conflictIdOf({ database, documentId }: ConflictKey, revs: readonly string[]): string {
  return `conflict:${database}:${documentId}:${canonicalHash([...revs].sort()).slice(0, 12)}`
}

/** The document that a case is of; undefined for a text that is no id of a case. */
export function parseConflictId(id: string): ConflictKey | undefined {
  const match = /^conflict:([^:]+):(.+):[0-9a-f]{12}$/s.exec(id)
  const [, database, documentId] = match ?? []
  return database === undefined || documentId === undefined ? undefined : { database, documentId }
}
