import type { DatabaseSync } from 'node:sqlite'
import { query } from './connection.ts'
import type { Verification, VerificationProblem } from './document-database.ts'
import type { BodyRow, DatabaseState, DocumentRow } from './document-rows.ts'
import { bodyChecksum, treeOf } from './document-writer.ts'
import { leavesOf, revisionsOf, type StoredTree } from './stored-tree.ts'

const MAX_PROBLEMS = 1000
const PAGE = 1000

/** Checks everything that verification.ts lists, in the read transaction of `connection`. */
export function verifyFile(connection: DatabaseSync): Verification {
  const found = collectProblems()
  const counted: Counted = { documents: 0, living: 0, deleted: 0, lastSequence: 0, bodies: 0, lastBody: 0 }
  const attempt = (what: string, check: () => void): void => {
    try {
      check()
    } catch (error) {
      found.add({ problem: `${what}: ${error instanceof Error ? error.message : String(error)}` })
    }
  }
  attempt('SQLite can not check its pages', () => checkPages(connection, found.add))
  attempt('The documents can not be read to the last', () => checkDocuments(connection, counted, found.add))
  attempt('The counts can not be checked', () => checkState(connection, counted, found.add))
  return { documents: counted.documents, bodies: counted.bodies, problemCount: found.count(), problems: found.problems }
}

type Add = (problem: VerificationProblem) => void

function collectProblems() {
  const problems: VerificationProblem[] = []
  let count = 0
  return {
    problems,
    count: () => count,
    add(problem: VerificationProblem): void {
      count += 1
      if (problems.length < MAX_PROBLEMS) problems.push(problem)
    },
  }
}

function checkPages(connection: DatabaseSync, add: Add): void {
  const rows = query<{ integrity_check: string }>(connection, `PRAGMA integrity_check(${MAX_PROBLEMS})`).all()
  for (const { integrity_check: said } of rows) if (said !== 'ok') add({ problem: `SQLite: ${said}` })
}

interface Counted {
  documents: number
  living: number
  deleted: number
  lastSequence: number
  bodies: number
  lastBody: number
}

function checkDocuments(connection: DatabaseSync, counted: Counted, add: Add): void {
  const page = query<DocumentRow>(
    connection,
    'SELECT sequence, id, rev, deleted, leaves, body, tree FROM document WHERE sequence > ? ORDER BY sequence LIMIT ?',
  )
  const body = query<BodyRow & { text: string }>(connection, 'SELECT checksum, text FROM body WHERE key = ?')
  const seen = createKeySet()

  const checkDocument = (row: DocumentRow): void => {
    const tree = treeOf(row)
    checkRow(row, tree, add)
    for (const { rev, isLeaf, body: key } of revisionsOf(tree)) {
      if (key === undefined) {
        if (isLeaf) add({ id: row.id, problem: `the leaf ${rev} has no body` })
        continue
      }
      counted.bodies += 1
      counted.lastBody = Math.max(counted.lastBody, key)
      if (!seen.add(key)) add({ id: row.id, problem: `the body of ${rev} belongs to another revision too` })
      const stored = body.get(key)
      if (stored === undefined) add({ id: row.id, problem: `the body of ${rev} is not there` })
      else if (stored.checksum !== bodyChecksum(row.id, rev, stored.text)) {
        add({ id: row.id, problem: `the body of ${rev} has changed on the disk` })
      } else if (!isJsonObject(stored.text)) add({ id: row.id, problem: `the body of ${rev} is not a JSON object` })
    }
  }

  for (let rows = page.all(-1, PAGE); rows.length > 0; rows = page.all(counted.lastSequence, PAGE)) {
    for (const row of rows) {
      counted.documents += 1
      counted.lastSequence = row.sequence
      if (row.deleted === 1) counted.deleted += 1
      else counted.living += 1
      try {
        checkDocument(row)
      } catch (error) {
        add({ id: row.id, problem: error instanceof Error ? error.message : String(error) })
      }
    }
  }
}

function checkRow(row: DocumentRow, tree: StoredTree, add: Add): void {
  const leaves = leavesOf(tree)
  const winner = leaves[0]
  if (winner?.rev !== row.rev || winner.deleted !== (row.deleted === 1) || winner.body !== row.body) {
    add({ id: row.id, problem: `the tree's winner is ${winner?.rev}, the document says ${row.rev}` })
  }
  if (leaves.length !== row.leaves) {
    add({ id: row.id, problem: `the tree has ${leaves.length} leaves, the document says ${row.leaves}` })
  }
}

function checkState(connection: DatabaseSync, counted: Counted, add: Add): void {
  const state = query<DatabaseState>(connection, 'SELECT documents, deleted, sequence, lastBody FROM state').get()
  const kept = query<{ count: number }>(connection, 'SELECT count(*) AS count FROM body').get()?.count ?? 0
  const expect = (what: string, says: number | undefined, is: number): void => {
    if (says !== is) add({ problem: `${what}: ${says} by the file's own count, ${is} counted` })
  }
  expect('documents', state?.documents, counted.living)
  expect('deleted documents', state?.deleted, counted.deleted)
  expect('last sequence', state?.sequence, counted.lastSequence)
  expect('bodies', kept, counted.bodies)
  if ((state?.lastBody ?? 0) < counted.lastBody) {
    add({ problem: `a body has the key ${counted.lastBody}, past the last that was given out (${state?.lastBody})` })
  }
}

function isJsonObject(text: string): boolean {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A set of the keys 1, 2, 3, …: a bit each, where a `Set` would take a hundred bytes. */
function createKeySet() {
  let bits = new Uint8Array(1024)
  return {
    /** False when it is in already. */
    add(key: number): boolean {
      const byte = Math.floor(key / 8)
      if (byte >= bits.length) {
        const grown = new Uint8Array(Math.max(byte + 1, bits.length * 2))
        grown.set(bits)
        bits = grown
      }
      const bit = 1 << (key % 8)
      const isNew = ((bits[byte] ?? 0) & bit) === 0
      bits[byte] = (bits[byte] ?? 0) | bit
      return isNew
    },
  }
}
