/** The case of a set of leaves, as whoever sees them first writes it down: every body is in it before one is ended. */
import type { Author } from '../documents/document-header.ts'
import { schemaVersion } from '../documents/document-header.ts'
import type { Conflict } from '../documents/conflict-documents.ts'
import type { ComparedLeaf } from './compare-leaves.ts'
import { conflictIdOf, type ConflictKey } from './conflict-id.ts'
import { explainResolution } from './explain-resolution.ts'
import { rankLeaves } from './leaf-order.ts'
import { resolveLeaves } from './resolve-leaves.ts'

export interface ConflictSeen {
  readonly key: ConflictKey
  readonly storeId: string
  /** HLC stamp. */
  readonly at: string
  readonly by: Author
  /** At least two, at most 50. */
  readonly leaves: readonly ComparedLeaf[]
  /** The last body that they share, where it is known. */
  readonly base?: ComparedLeaf | undefined
}

export function openConflict({ key, storeId, at, by, leaves, base }: ConflictSeen): Conflict {
  const ranked = rankLeaves(leaves)
  const revs = ranked.map(({ rev }) => rev)
  const resolution = resolveLeaves(ranked, base?.body)
  return {
    _id: conflictIdOf(key, revs),
    type: 'conflict',
    schemaVersion,
    storeId,
    at,
    by,
    status: 'open',
    database: key.database,
    documentId: key.documentId,
    documentType: String(ranked[0]?.body['type']).slice(0, 64),
    policy: resolution.policy,
    winningRev: revs[0] ?? '',
    leaves: ranked.map(({ rev, body }) => ({ rev, body: { ...body } })),
    ...(base === undefined ? {} : { base: { rev: base.rev, body: { ...base.body } } }),
    explanation: [...explainResolution(ranked, resolution, base?.body)],
  }
}

/** Such as `revision 3-a stands: choose by mara`. */
export function describeOutcome(rev: string, kind: string, by: Pick<Author, 'id'>): string {
  return `revision ${rev} stands: ${kind} by ${by.id}`
}
