/** A document with several live revisions, as a person has to see it. */
import {
  compareLeaves,
  conflictIdOf,
  needsPerson,
  policyOf,
  type ConflictKey,
  type SyncConflict,
} from '@tidemark/contracts'
import type { DocumentDatabase, Revision } from '../store/index.ts'
import { readEntity, type Fields } from './stored-entity.ts'

export interface CompetingLeaf {
  readonly rev: Revision
  readonly body: Fields
}

/** Live revisions, the winning one first; fewer than two when nothing competes (any more). */
export function readLeaves(database: DocumentDatabase | undefined, documentId: string): CompetingLeaf[] {
  const live = database?.head(documentId)?.leaves.filter((leaf) => !leaf.deleted) ?? []
  return live.flatMap(({ rev }) => {
    const stored = readEntity(database, documentId, rev)
    return stored === undefined ? [] : [{ rev, body: stored.document }]
  })
}

/** Undefined when nothing competes, or a rule decides without anybody. */
export function describeConflict(database: DocumentDatabase, key: ConflictKey): SyncConflict | undefined {
  const leaves = readLeaves(database, key.documentId)
  const [winner] = leaves
  if (winner === undefined || leaves.length < 2) return undefined
  const documentType = winner.body['type']
  const bodies = leaves.map(({ body }) => body)
  if (!needsPerson(documentType, bodies, commonAncestor(database, key.documentId, leaves))) return undefined
  return {
    id: conflictIdOf(
      key,
      leaves.map(({ rev }) => rev),
    ),
    database: key.database,
    documentId: key.documentId,
    documentType: String(documentType),
    policy: policyOf(documentType),
    winningRev: winner.rev,
    leaves: leaves.map(({ rev, body }) => ({ rev, body: { ...body } })),
    differences: compareLeaves(leaves).map(({ field, values }) => ({ field, values: [...values] })),
  }
}

/** The body that all leaves come from; undefined when they share none, or it was compacted away. */
function commonAncestor(
  database: DocumentDatabase,
  documentId: string,
  leaves: readonly CompetingLeaf[],
): Fields | undefined {
  const [first = [], ...others] = leaves.map(({ rev }) => ancestry(database, documentId, rev))
  const shared = first.find((rev) => others.every((other) => other.includes(rev)))
  return shared === undefined ? undefined : readEntity(database, documentId, shared)?.document
}

/** The revision and those before it, newest first. */
function ancestry(database: DocumentDatabase, documentId: string, rev: Revision): Revision[] {
  const history = database.history(documentId, rev)
  return history?.ids.map((hash, back) => `${history.start - back}-${hash}`) ?? []
}
