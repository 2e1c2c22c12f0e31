// Applies writes inside a transaction. It looks at nothing but the rows and `state`, and leaves undoing to the caller.
import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { DocumentWrite, EditWrite, ReplicatedWrite, Revision, WriteResult } from './document-database.ts'
import type { DatabaseState, DocumentRow, Rows } from './document-rows.ts'
import {
  decodeTree,
  encodeTree,
  findNode,
  graft,
  leavesOf,
  parseRevision,
  pathOf,
  treeOfOne,
  type StoredTree,
} from './stored-tree.ts'

export type Mutable<State> = { -readonly [Key in keyof State]: State[Key] }

/** What a body is checked against: a text of another document or revision is as wrong as a changed one. */
export function bodyChecksum(id: string, rev: Revision, text: string): number {
  return crc32(text, crc32(`${id}\n${rev}\n`))
}

/** Rows of one statement: what more of them would save is little, and known documents among them cost it all. */
const ROWS_TOGETHER = 20
/** Groups that are not tried together after one that could not be. */
const PAUSE_AFTER_KNOWN = 20

/** The whole tree of a document, also where it is not written down. */
export function treeOf(row: DocumentRow): StoredTree {
  return row.tree === null ? treeOfOne(row.rev, row.deleted === 1, row.body) : decodeTree(row.tree)
}

export function createDocumentWriter(rows: Rows, state: Mutable<DatabaseState>) {
  return { apply }

  /** What became of each write, in their order. */
  function apply(writes: readonly DocumentWrite[]): WriteResult[] {
    const results: WriteResult[] = []
    let pause = 0
    for (let from = 0; from < writes.length; from += ROWS_TOGETHER) {
      const group = writes.slice(from, from + ROWS_TOGETHER)
      const together = pause > 0 || group.length < ROWS_TOGETHER ? undefined : insertTogether(group)
      if (together === undefined) pause = pause > 0 ? pause - 1 : PAUSE_AFTER_KNOWN
      for (const result of together ?? group.map(applyOne)) results.push(result)
    }
    return results
  }

  function applyOne(write: DocumentWrite): WriteResult {
    return write.kind === 'edit' ? edit(write) : replicate(write)
  }

  /** Documents that are all new, by one statement; undefined, and nothing changed, when one of them may be known. */
  function insertTogether(writes: readonly DocumentWrite[]): WriteResult[] | undefined {
    const documents: (string | number | null)[] = []
    const bodies: (string | number)[] = []
    const results: WriteResult[] = []
    let deletions = 0
    for (const [index, write] of writes.entries()) {
      const { id, deleted, body } = write
      const key = state.lastBody + 1 + index
      if (write.kind === 'edit' && write.rev !== undefined) return undefined
      const rev = write.kind === 'edit' ? revisionAfter(undefined, deleted, body) : revisionOf(write)
      documents.push(state.sequence + 1 + index, id, rev, deleted ? 1 : 0, key, pathText(write, key))
      bodies.push(key, bodyChecksum(id, rev, body), body)
      results.push({ kind: 'stored', id, rev, isNew: true })
      if (deleted) deletions += 1
    }
    if (!rows.insertDocuments(ROWS_TOGETHER, documents)) return undefined
    rows.insertBodies(ROWS_TOGETHER, bodies)
    state.sequence += writes.length
    state.lastBody += writes.length
    state.deleted += deletions
    state.documents += writes.length - deletions
    return results
  }

  function edit(write: EditWrite): WriteResult {
    const { id, deleted, body } = write
    if (write.rev === undefined) {
      const rev = revisionAfter(undefined, deleted, body)
      if (insert(id, rev, deleted, body, null)) return { kind: 'stored', id, rev, isNew: true }
    }
    const row = rows.document.get(id)
    const parent = row === undefined ? undefined : parentOf(row, write)
    if (row === undefined || parent === undefined) return { kind: 'conflict', id }

    const rev = revisionAfter(parent, deleted, body)
    const { generation, hash } = parseRevision(rev)
    extend(row, treeOf(row), rev, { start: generation, ids: [hash, parseRevision(parent).hash] }, deleted, body)
    return { kind: 'stored', id, rev, isNew: true }
  }

  /** The leaf that an edit goes on from, undefined for a conflict. */
  function parentOf(row: DocumentRow, write: EditWrite): Revision | undefined {
    if (write.rev === undefined) return row.deleted === 1 && !write.deleted ? row.rev : undefined
    if (write.rev === row.rev) return row.rev
    if (row.leaves === 1) return undefined
    return leavesOf(treeOf(row)).find((leaf) => leaf.rev === write.rev)?.rev
  }

  /** The text of the tree that a new document begins with; null where its one revision says all of it. */
  function pathText(write: DocumentWrite, key: number): string | null {
    if (write.kind === 'edit' || write.revisions.ids.length === 1) return null
    return encodeTree([pathOf(write.revisions, write.deleted, key, state.revsLimit)])
  }

  function replicate(write: ReplicatedWrite): WriteResult {
    const { id, revisions, deleted, body } = write
    const rev = revisionOf(write)
    if (insert(id, rev, deleted, body, pathText(write, state.lastBody + 1)))
      return { kind: 'stored', id, rev, isNew: true }

    const row = rows.document.get(id)
    if (row === undefined) throw new Error(`A document is neither new nor known: '${id}'`)
    if (row.rev === rev) return { kind: 'stored', id, rev, isNew: false }
    const tree = treeOf(row)
    if (findNode(tree, rev) !== undefined) return { kind: 'stored', id, rev, isNew: false }
    extend(row, tree, rev, revisions, deleted, body)
    return { kind: 'stored', id, rev, isNew: true }
  }

  /** Stores a document whose id is new; false, and nothing changed, when it is known. */
  function insert(id: string, rev: Revision, deleted: boolean, body: string, tree: string | null): boolean {
    const key = state.lastBody + 1
    const inserted = rows.insertDocument.run(state.sequence + 1, id, rev, deleted ? 1 : 0, key, tree)
    if (inserted.changes === 0) return false
    addBody(id, rev, body)
    state.sequence += 1
    if (deleted) state.deleted += 1
    else state.documents += 1
    return true
  }

  /** Puts a revision into the tree of a known document, which becomes its latest change. */
  function extend(
    row: DocumentRow,
    before: StoredTree,
    rev: Revision,
    revisions: ReplicatedWrite['revisions'],
    deleted: boolean,
    body: string,
  ): void {
    const key = addBody(row.id, rev, body)
    const { tree, stemmed } = graft(before, revisions, deleted, key, state.revsLimit)
    for (const lost of stemmed) rows.deleteBody.run(lost)

    const leaves = leavesOf(tree)
    const winner = leaves[0]
    if (winner === undefined) throw new Error(`A document without a leaf: '${row.id}'`)
    state.sequence += 1
    rows.moveDocument.run(
      state.sequence,
      winner.rev,
      winner.deleted ? 1 : 0,
      leaves.length,
      winner.body,
      encodeTree(tree),
      row.sequence,
    )
    const gone = (winner.deleted ? 1 : 0) - row.deleted
    state.deleted += gone
    state.documents -= gone
  }

  function addBody(id: string, rev: Revision, text: string): number {
    state.lastBody += 1
    rows.insertBody.run(state.lastBody, bodyChecksum(id, rev, text), text)
    return state.lastBody
  }
}

const revisionOf = ({ revisions }: ReplicatedWrite): Revision => `${revisions.start}-${revisions.ids[0]}`

const HASH_DIGITS = 32

/**
 * The same edit of the same revision has the same name wherever it is made. A body begins with a brace, so none reads like the text that
 * is hashed of another edit. SHA-1 is what processors have instructions for; nothing here rests on its being hard to forge.
 */
function revisionAfter(parent: Revision | undefined, deleted: boolean, body: string): Revision {
  const generation = parent === undefined ? 1 : parseRevision(parent).generation + 1
  const edit = parent === undefined && !deleted ? body : `${deleted ? 1 : 0} ${parent ?? ''}\n${body}`
  return `${generation}-${hash('sha1', edit).slice(0, HASH_DIGITS)}`
}
