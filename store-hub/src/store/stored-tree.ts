// A revision tree as it is kept with a document.
//
//   [[1, "aaa",1,0,7, "bbb",2,0,0, "ccc",0,0,9, "ddd",0,1,10]]
//     │   │    │ │ └ key of the body, 0 when it is not kept
//     │   │    │ └── 1 for a deletion
//     │   │    └──── number of children, which follow (the first with all that is below it)
//     │   └───────── hash
//     └───────────── generation of the root; one such list for each root
//
// Flat, because a tree is as deep as the document has edits: JSON of nested arrays would end at the stack's depth.
import { merge } from 'pouchdb-merge'
import type { Leaf, Revision, RevisionHistory } from './document-database.ts'

/** `pouchdb-merge`'s form, with the key of the body in the node's state. */
export type StoredTree = StoredRoot[]
interface StoredRoot {
  pos: number
  ids: StoredNode
}
export type StoredNode = [hash: string, state: NodeState, children: StoredNode[]]
interface NodeState {
  status: 'available' | 'missing'
  deleted?: boolean
  body?: number
}

export interface StoredLeaf extends Leaf {
  readonly generation: number
  readonly body: number
}

export function treeOfOne(rev: Revision, deleted: boolean, body: number): StoredTree {
  const { generation, hash } = parseRevision(rev)
  return [{ pos: generation, ids: [hash, available(deleted, body), []] }]
}

export function parseRevision(rev: Revision): { generation: number; hash: string } {
  const dash = rev.indexOf('-')
  return { generation: Number(rev.slice(0, dash)), hash: rev.slice(dash + 1) }
}

/** Order of leaves: the winner first. Not deleted before deleted, then the longer history, then the greater hash. */
export function compareLeaves(a: StoredLeaf, b: StoredLeaf): number {
  if (a.deleted !== b.deleted) return a.deleted ? 1 : -1
  if (a.generation !== b.generation) return b.generation - a.generation
  return a.rev < b.rev ? 1 : -1
}

export function leavesOf(tree: StoredTree): StoredLeaf[] {
  const leaves: StoredLeaf[] = []
  for (const { generation, node } of walk(tree)) {
    const [hash, state, children] = node
    if (children.length > 0) continue
    leaves.push({ rev: `${generation}-${hash}`, deleted: state.deleted === true, generation, body: state.body ?? 0 })
  }
  return leaves.sort(compareLeaves)
}

export function findNode(tree: StoredTree, rev: Revision): StoredNode | undefined {
  const { generation, hash } = parseRevision(rev)
  for (const visited of walk(tree)) {
    if (visited.generation === generation && visited.node[0] === hash) return visited.node
  }
  return undefined
}

/** The hashes from `rev` back to its root. */
export function historyOf(tree: StoredTree, rev: Revision): RevisionHistory | undefined {
  const target = parseRevision(rev)
  for (const { pos, ids } of tree) {
    const path: string[] = []
    const waiting: { generation: number; node: StoredNode }[] = [{ generation: pos, node: ids }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { generation, node } = next
      path.length = generation - pos
      path.push(node[0])
      if (generation === target.generation && node[0] === target.hash) {
        return { start: generation, ids: path.toReversed() }
      }
      for (const child of node[2]) waiting.push({ generation: generation + 1, node: child })
    }
  }
  return undefined
}

/** Every revision, with the key of its body where that is kept. */
export function* revisionsOf(
  tree: StoredTree,
): Generator<{ rev: Revision; isLeaf: boolean; body: number | undefined }> {
  for (const { generation, node } of walk(tree)) {
    yield { rev: `${generation}-${node[0]}`, isLeaf: node[2].length === 0, body: node[1].body }
  }
}

/** Lets go of the bodies of revisions that are not leaves; returns their keys. */
export function dropInnerBodies(tree: StoredTree): number[] {
  const dropped: number[] = []
  for (const { node } of walk(tree)) {
    const [, state, children] = node
    if (children.length === 0 || state.body === undefined) continue
    dropped.push(state.body)
    delete state.body
    state.status = 'missing'
  }
  return dropped
}

/** A path of one revision and its ancestors, at most `limit` long. */
export function pathOf(history: RevisionHistory, deleted: boolean, body: number, limit: number): StoredRoot {
  const kept = history.ids.slice(0, limit)
  let node: StoredNode = [kept[0] ?? '', available(deleted, body), []]
  for (const hash of kept.slice(1)) node = [hash, { status: 'missing' }, [node]]
  return { pos: history.start - kept.length + 1, ids: node }
}

export interface GraftedTree {
  readonly tree: StoredTree
  /** keys of bodies whose revisions fell off the far end */
  readonly stemmed: readonly number[]
}

/** Adds a revision to the tree, which is used up. No path from a root to a leaf stays longer than `limit`. */
export function graft(
  tree: StoredTree,
  history: RevisionHistory,
  deleted: boolean,
  body: number,
  limit: number,
): GraftedTree {
  const appended = appendToOnlyLeaf(tree, history, available(deleted, body), limit)
  if (appended !== undefined) return appended
  const before = statesOf(tree)
  const merged = merge(tree, pathOf(history, deleted, body, Infinity), limit)
  keepStates(merged.tree, before)
  if (merged.stemmedRevs.length === 0) return { tree: merged.tree, stemmed: [] }
  return { tree: merged.tree, stemmed: merged.stemmedRevs.flatMap((rev) => before.get(rev)?.body ?? []) }
}

function statesOf(tree: StoredTree): Map<Revision, NodeState> {
  const states = new Map<Revision, NodeState>()
  for (const { generation, node } of walk(tree)) {
    const rev = `${generation}-${node[0]}`
    if (states.get(rev)?.body === undefined) states.set(rev, { ...node[1] })
  }
  return states
}

/**
 * Where a path reaches further back than the tree, the merge keeps the path's nodes, which know of no bodies. Where
 * branches are cut at different ancestors, one revision stands in two roots: the first that is found has its body.
 */
function keepStates(tree: StoredTree, states: ReadonlyMap<Revision, NodeState>): void {
  const placed = new Set<number>()
  for (const { generation, node } of walk(tree)) {
    const state = { ...(states.get(`${generation}-${node[0]}`) ?? node[1]) }
    node[1] = state.body !== undefined && placed.has(state.body) ? missing(state.deleted === true) : state
    if (state.body !== undefined) placed.add(state.body)
  }
}

/** The common case in time that grows with the history, where the general merge grows with its square. */
function appendToOnlyLeaf(
  tree: StoredTree,
  { start, ids }: RevisionHistory,
  state: NodeState,
  limit: number,
): GraftedTree | undefined {
  const root = tree[0]
  if (root === undefined || tree.length > 1 || start - ids.length + 1 < root.pos) return undefined
  const line: StoredNode[] = []
  for (let node: StoredNode | undefined = root.ids; node !== undefined; node = node[2][0]) {
    if (node[2].length > 1) return undefined
    line.push(node)
  }
  const isOnTop = start === root.pos + line.length && ids.length > 1
  if (!isOnTop || !ids.slice(1).every((hash, index) => line[line.length - 1 - index]?.[0] === hash)) return undefined
  const leaf: StoredNode = [ids[0] ?? '', state, []]
  line.at(-1)?.[2].push(leaf)
  line.push(leaf)
  const excess = Math.max(0, line.length - limit)
  const stemmed = line.slice(0, excess).flatMap((node) => node[1].body ?? [])
  return { tree: [{ pos: root.pos + excess, ids: line[excess] ?? leaf }], stemmed }
}

export function encodeTree(tree: StoredTree): string {
  return JSON.stringify(
    tree.map(({ pos, ids }) => {
      const flat: (number | string)[] = [pos]
      for (const { node } of walk([{ pos, ids }])) {
        const [hash, state, children] = node
        flat.push(hash, children.length, state.deleted === true ? 1 : 0, state.body ?? 0)
      }
      return flat
    }),
  )
}

/** Throws for a text that `encodeTree` did not make. */
export function decodeTree(text: string): StoredTree {
  const roots: unknown = JSON.parse(text)
  if (!Array.isArray(roots)) throw new Error('A revision tree must be a list')
  return roots.map(decodeRoot)
}

function decodeRoot(flat: unknown): StoredRoot {
  if (!Array.isArray(flat) || typeof flat[0] !== 'number') throw new Error('A revision tree must have numbered roots')
  const top: StoredNode[] = []
  const open: { children: StoredNode[]; missing: number }[] = [{ children: top, missing: 1 }]
  for (let at = 1; at < flat.length; at += 4) {
    const [hash, children, deleted, body] = flat.slice(at, at + 4) as unknown[]
    const parent = open.at(-1)
    if (typeof hash !== 'string' || typeof children !== 'number' || typeof body !== 'number' || parent === undefined) {
      throw new Error('A revision tree must have whole nodes')
    }
    const node: StoredNode = [hash, body === 0 ? missing(deleted === 1) : available(deleted === 1, body), []]
    parent.children.push(node)
    parent.missing -= 1
    open.push({ children: node[2], missing: children })
    while (open.at(-1)?.missing === 0) open.pop()
  }
  const root = top[0]
  if (root === undefined || open.length > 0) throw new Error('A revision tree must have all its nodes')
  return { pos: flat[0], ids: root }
}

function available(deleted: boolean, body: number): NodeState {
  return deleted ? { status: 'available', deleted: true, body } : { status: 'available', body }
}

function missing(deleted: boolean): NodeState {
  return deleted ? { status: 'missing', deleted: true } : { status: 'missing' }
}

/** Every node before those below it, the first child's before the second's. */
function* walk(tree: StoredTree): Generator<{ generation: number; node: StoredNode }> {
  const waiting = tree.toReversed().map(({ pos, ids }) => ({ generation: pos, node: ids }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next
    const children = next.node[2]
    for (let index = children.length - 1; index >= 0; index -= 1) {
      const child = children[index]
      if (child !== undefined) waiting.push({ generation: next.generation + 1, node: child })
    }
  }
}
