/** A person's decision about a set of leaves: a pure function, so that till, hub and desk make the same revision of it. */
import type { Author } from '../documents/document-header.ts'
import type { ComparedLeaf } from './compare-leaves.ts'
import { decidedBody } from './decided-body.ts'
import { rankLeaves } from './leaf-order.ts'
import { resolveLeaves, winnerOf, type WinningRevision } from './resolve-leaves.ts'

export type LeafDecision =
  /** One of the leaves stands as it is. */
  | { readonly kind: 'choose'; readonly rev: string }
  /** A document that takes the place of all of them. */
  | { readonly kind: 'merge'; readonly body: Readonly<Record<string, unknown>> }
  /** What the rule would have done. */
  | { readonly kind: 'suggestion' }

/**
 * The revision that stands. `at` is the stamp of the decision, later than those of the leaves. Undefined when the leaf is none of
 * these, or nothing is suggested.
 */
export function decideLeaves(
  leaves: readonly ComparedLeaf[],
  decision: LeafDecision,
  at: string,
  by: Author,
): WinningRevision | undefined {
  const ranked = rankLeaves(leaves)
  const wanted = wantedBody(ranked, decision)
  if (wanted === undefined) return undefined
  const bodies = ranked.map(({ body }) => body)
  return winnerOf(ranked, decidedBody(wanted, bodies, at, by))
}

function wantedBody(
  leaves: readonly ComparedLeaf[],
  decision: LeafDecision,
): Readonly<Record<string, unknown>> | undefined {
  if (decision.kind === 'choose') return leaves.find(({ rev }) => rev === decision.rev)?.body
  if (decision.kind === 'merge') return decision.body
  return resolveLeaves(leaves).winner?.body
}
