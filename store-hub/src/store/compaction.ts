// Compaction beside the writers: each step is one job of their queue, so nobody waits longer than for one step.
//
// 1. Only bodies of revisions that are not leaves go. Trees keep their revisions, and no document changes its sequence.
// 2. It ends at the sequence it began with: what is edited meanwhile is left to the next run, so it always ends.
// 3. Freed pages go back to the file system in bounded steps too (`auto_vacuum = INCREMENTAL`).
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DatabaseSync } from 'node:sqlite'
import { query } from './connection.ts'
import type { Rows } from './document-rows.ts'
import { decodeTree, dropInnerBodies, encodeTree } from './stored-tree.ts'
import type { WriteQueue } from './write-queue.ts'

const DOCUMENTS_PER_STEP = 2000
const TREES_PER_STEP = 50
const BODIES_PER_STEP = 300
const PAGES_PER_STEP = 100

export async function compactDatabase(connection: DatabaseSync, rows: Rows, queue: WriteQueue): Promise<void> {
  const step = prepareStep(connection, rows)
  const end = rows.state.get()?.sequence ?? 0
  for (let at = 0; at < end;) {
    at = await queue.run(0, () => step(at, end))
    await nextTurn()
  }
  await giveBackSpace(connection, queue)
}

/** A step takes documents after sequence `at`, until it has done enough, and returns how far it got. */
function prepareStep(connection: DatabaseSync, rows: Rows): (at: number, end: number) => number {
  const lastOf = query<{ last: number | null }>(
    connection,
    `SELECT max(sequence) AS last FROM (SELECT sequence FROM document WHERE sequence > ? ORDER BY sequence LIMIT ?)`,
  )
  const treesOf = query<{ sequence: number; tree: string }>(
    connection,
    `SELECT sequence, tree FROM document WHERE sequence > ? AND sequence <= ? AND tree IS NOT NULL
     ORDER BY sequence LIMIT ${TREES_PER_STEP}`,
  )
  return (at, end) => {
    const last = lastOf.get(at, DOCUMENTS_PER_STEP)?.last ?? end
    const trees = treesOf.all(at, last)
    let dropped = 0
    for (const { sequence, tree } of trees) {
      dropped += dropBodies(rows, sequence, tree)
      if (dropped >= BODIES_PER_STEP) return sequence
    }
    return trees.length < TREES_PER_STEP ? last : (trees.at(-1)?.sequence ?? last)
  }
}

function dropBodies(rows: Rows, sequence: number, text: string): number {
  const tree = decodeTree(text)
  const dropped = dropInnerBodies(tree)
  for (const key of dropped) rows.deleteBody.run(key)
  if (dropped.length > 0) rows.setTree.run(encodeTree(tree), sequence)
  return dropped.length
}

async function giveBackSpace(connection: DatabaseSync, queue: WriteQueue): Promise<void> {
  const free = query<{ freelist_count: number }>(connection, 'PRAGMA freelist_count')
  const bound = free.get()?.freelist_count ?? 0
  for (let given = 0; given < bound; given += PAGES_PER_STEP) {
    await queue.run(0, () => connection.exec(`PRAGMA incremental_vacuum(${PAGES_PER_STEP})`))
    await nextTurn()
  }
}
