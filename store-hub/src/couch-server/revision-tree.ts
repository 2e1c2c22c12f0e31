// Pure questions about the revisions of a document, by CouchDB's rules.
import type { DocumentDatabase, DocumentHead, RevisionNode, RevisionTree } from '../store/index.ts'

export interface TreeRevision {
  readonly rev: string
  readonly position: number
  readonly isLeaf: boolean
}

/** Every revision of the tree that is known by name, whether its body is kept or not. */
export function listRevisions(tree: RevisionTree): TreeRevision[] {
  const found: TreeRevision[] = []
  const open: { position: number; node: RevisionNode }[] = tree.map(({ pos, ids }) => ({ position: pos, node: ids }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { position } = next
    const [hash, , children] = next.node
    found.push({ rev: `${position}-${hash}`, position, isLeaf: children.length === 0 })
    for (const node of children) open.push({ position: position + 1, node })
  }
  return found
}

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

/** As `listDescendantLeaves`, without reading the tree where the leaves tell it. Asked for any text as `rev`. */
export function findLatest(database: DocumentDatabase, head: DocumentHead, rev: string): readonly string[] {
  if (isLeafOf(head, rev)) return [rev]
  const tree = database.revisionTree(head.id)
  return tree === undefined ? [] : listDescendantLeaves(tree, rev)
}

const isLeafOf = ({ leaves }: DocumentHead, rev: string): boolean => leaves.some((leaf) => leaf.rev === rev)

/** What `_revs_diff` answers for a document: revisions that are not known, and leaves they may come from. */
export function diffRevisions(
  database: DocumentDatabase,
  id: string,
  wanted: readonly string[],
): { missing: readonly string[]; possible_ancestors?: string[] } | undefined {
  const head = database.head(id)
  if (head === undefined) return wanted.length === 0 ? undefined : { missing: wanted }
  if (wanted.every((rev) => isLeafOf(head, rev))) return undefined
  const known = listRevisions(database.revisionTree(id) ?? [])
  const names = new Set(known.map((revision) => revision.rev))
  const missing = wanted.filter((rev) => !names.has(rev))
  if (missing.length === 0) return undefined
  const highest = Math.max(...missing.map(positionOf))
  const ancestors = known.filter((revision) => revision.isLeaf && revision.position < highest).map(({ rev }) => rev)
  return ancestors.length === 0 ? { missing } : { missing, possible_ancestors: ancestors }
}

export const positionOf = (rev: string): number => Number(rev.slice(0, rev.indexOf('-')))
