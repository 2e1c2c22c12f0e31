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
  return crc32(`${id}\n${rev}\n${text}`)
}

/** The whole tree of a document, also where it is not written down. */
export function treeOf(row: DocumentRow): StoredTree {
  return row.tree === null ? treeOfOne(row.rev, row.deleted === 1, row.body) : decodeTree(row.tree)
}

export function createDocumentWriter(rows: Rows, state: Mutable<DatabaseState>) {
  return { apply }

  function apply(write: DocumentWrite): WriteResult {
    return write.kind === 'edit' ? edit(write) : replicate(write)
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

  function replicate({ id, revisions, deleted, body }: ReplicatedWrite): WriteResult {
    const rev = `${revisions.start}-${revisions.ids[0]}`
    const key = state.lastBody + 1
    const path = revisions.ids.length === 1 ? null : encodeTree([pathOf(revisions, deleted, key, state.revsLimit)])
    if (insert(id, rev, deleted, body, path)) return { kind: 'stored', id, rev, isNew: true }

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

/** The same edit of the same revision has the same name wherever it is made. */
function revisionAfter(parent: Revision | undefined, deleted: boolean, body: string): Revision {
  const generation = parent === undefined ? 1 : parseRevision(parent).generation + 1
  return `${generation}-${hash('md5', `${deleted ? 1 : 0} ${parent ?? ''}\n${body}`)}`
}
