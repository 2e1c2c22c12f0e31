// Reading documents at their revisions, as JSON text.
import type { DocumentDatabase, RevisionHistory, StoredRevision } from '../store/index.ts'
import { documentText, revisionsAnnotation } from './document-text.ts'
import { findLatest } from './revision-tree.ts'

export type ReadRevision =
  | { readonly kind: 'found'; readonly rev: string; readonly text: string }
  | { readonly kind: 'missing'; readonly rev: string }

export interface ReadOptions {
  /** with `_revisions` */
  readonly revs: boolean
  /** the leaves that a revision has become since, in its place */
  readonly latest: boolean
}

/** A document at each of these revisions, or at all its leaves. Undefined for a document that was never written. */
export function readRevisions(
  database: DocumentDatabase,
  id: string,
  wanted: 'all' | readonly string[],
  { revs, latest }: ReadOptions,
): ReadRevision[] | undefined {
  // Nearly every question is for one revision that is the winner: one look at the store answers it.
  const [only] = wanted
  if (wanted !== 'all' && wanted.length === 1) {
    const winner = database.read(id)
    if (winner !== undefined && winner.rev === only) return [found(database, winner, revs)]
  }
  const head = database.head(id)
  if (head === undefined) return undefined
  const read: ReadRevision[] = []
  const seen = new Set<string>()
  for (const asked of wanted === 'all' ? head.leaves.map((leaf) => leaf.rev) : wanted) {
    const names = latest ? findLatest(database, head, asked) : [asked]
    if (names.length === 0) read.push({ kind: 'missing', rev: asked })
    for (const rev of names) {
      if (seen.has(rev)) continue
      seen.add(rev)
      const stored = database.read(id, rev)
      read.push(stored === undefined ? { kind: 'missing', rev } : found(database, stored, revs))
    }
  }
  return read
}

function found(database: DocumentDatabase, stored: StoredRevision, revs: boolean): ReadRevision {
  const annotations = revs ? revisionsAnnotation(historyOf(database, stored.id, stored.rev)) : ''
  return { kind: 'found', rev: stored.rev, text: documentText(stored, annotations) }
}

/** The history of a revision that is there. */
export function historyOf(database: DocumentDatabase, id: string, rev: string): RevisionHistory {
  // A first revision has no other history than itself, and most documents have no other.
  if (rev.startsWith('1-')) return { start: 1, ids: [rev.slice(2)] }
  const history = database.history(id, rev)
  if (history === undefined) throw new Error(`a stored revision has no history: ${rev} of ${id}`)
  return history
}
