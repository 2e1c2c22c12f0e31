// Pure questions about a revision tree, by CouchDB's rules.
import type { RevisionNode, RevisionTree } from '../pouchdb/index.ts'

export interface Revision {
  readonly rev: string
  readonly position: number
  readonly deleted: boolean
  readonly isLeaf: boolean
}

/** Every revision of the tree that is known by name, whether its body is kept or not. */
export function listRevisions(tree: RevisionTree): Revision[] {
  const found: Revision[] = []
  const open: { position: number; node: RevisionNode }[] = tree.map(({ pos, ids }) => ({ position: pos, node: ids }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { position } = next
    const [hash, state, children] = next.node
    found.push({
      rev: `${position}-${hash}`,
      position,
      deleted: state.deleted === true,
      isLeaf: children.length === 0,
    })
    for (const node of children) open.push({ position: position + 1, node })
  }
  return found
}

/** The leaves, the winner first: not deleted before deleted, then the longer history, then the greater hash. */
export function listLeaves(tree: RevisionTree): Revision[] {
  return listRevisions(tree)
    .filter((revision) => revision.isLeaf)
    .sort(
      (a, b) => Number(a.deleted) - Number(b.deleted) || b.position - a.position || (hashOf(a) < hashOf(b) ? 1 : -1),
    )
}

const hashOf = (revision: Revision): string => revision.rev.slice(revision.rev.indexOf('-') + 1)

/** Leaves that descend from `rev`, `rev` itself when it is one; none when the tree doesn't know it. */
export function listDescendantLeaves(tree: RevisionTree, rev: string): string[] {
  const leaves: string[] = []
  const open = tree.map(({ pos, ids }) => ({ position: pos, node: ids, below: false }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { position, node } = next
    const [hash, , children] = node
    const name = `${position}-${hash}`
    const below = next.below || name === rev
    if (below && children.length === 0) leaves.push(name)
    for (const child of children) open.push({ position: position + 1, node: child, below })
  }
  return leaves
}

/** What `_revs_diff` answers for a document: revisions that the tree doesn't know, and leaves they may come from. */
export function diffRevisions(
  tree: RevisionTree | undefined,
  wanted: readonly string[],
): { missing: string[]; possible_ancestors?: string[] } | undefined {
  const known = tree === undefined ? [] : listRevisions(tree)
  const names = new Set(known.map((revision) => revision.rev))
  const missing = wanted.filter((rev) => !names.has(rev))
  if (missing.length === 0) return undefined
  const highest = Math.max(...missing.map(positionOf))
  const ancestors = known.filter((revision) => revision.isLeaf && revision.position < highest).map(({ rev }) => rev)
  return ancestors.length === 0 ? { missing } : { missing, possible_ancestors: ancestors }
}

const positionOf = (rev: string): number => Number(rev.slice(0, rev.indexOf('-')))
