// The statements of one database, and the shapes of their rows.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { query } from './connection.ts'

/** A document without its tree's text where it has one leaf only. */
export interface HeadRow {
  readonly sequence: number
  readonly id: string
  readonly rev: string
  readonly deleted: number
  readonly leaves: number
  readonly tree: string | null
}

export interface DocumentRow extends HeadRow {
  readonly body: number
}

/** A body as it lies in the file; null when it is lost: the file is damaged. */
export interface BodyRow {
  readonly text: string | null
  readonly checksum: number | null
}

export interface HeadBodyRow extends HeadRow, BodyRow {}

/** Numbers that are kept in the file with every transaction, so that opening it counts nothing. */
export interface DatabaseState {
  readonly documents: number
  readonly deleted: number
  readonly sequence: number
  readonly lastBody: number
  readonly revsLimit: number
}

/** https://sqlite.org/rescode.html#constraint_unique */
const SQLITE_CONSTRAINT_UNIQUE = 2067

const HEAD = `d.sequence, d.id, d.rev, d.deleted, d.leaves, CASE WHEN d.leaves > 1 THEN d.tree END AS tree`
const WITH_BODY = `FROM document d LEFT JOIN body b ON b.key = d.body`

export type Rows = ReturnType<typeof prepareRows>

export function prepareRows(connection: DatabaseSync) {
  const listings = new Map<string, ReturnType<typeof query<HeadBodyRow>>>()
  const lists = new Map<string, StatementSync>()
  const ofRows = (sql: string, row: string, count: number): StatementSync => {
    const key = `${count} ${sql}`
    const known = lists.get(key)
    if (known !== undefined) return known
    const made = connection.prepare(`${sql} VALUES ${Array.from({ length: count }, () => row).join(', ')}`)
    lists.set(key, made)
    return made
  }
  return {
    head: query<HeadRow>(connection, `SELECT ${HEAD} FROM document d WHERE id = ?`),
    document: query<DocumentRow>(
      connection,
      'SELECT sequence, id, rev, deleted, leaves, body, tree FROM document WHERE id = ?',
    ),
    winner: query<BodyRow & { rev: string; deleted: number }>(
      connection,
      `SELECT d.rev, d.deleted, b.text, b.checksum ${WITH_BODY} WHERE d.id = ?`,
    ),
    body: query<BodyRow>(connection, 'SELECT text, checksum FROM body WHERE key = ?'),
    countChanges: query<{ count: number }>(connection, 'SELECT count(*) AS count FROM document WHERE sequence > ?'),

    insertDocument: connection.prepare(
      `INSERT INTO document (sequence, id, rev, deleted, leaves, body, tree) VALUES (?, ?, ?, ?, 1, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    ),
    /** `count` rows of (sequence, id, rev, deleted, body, tree); false, and none is there, when an id is known or stands twice. */
    insertDocuments(count: number, values: readonly SQLInputValue[]): boolean {
      const columns = 'INSERT INTO document (sequence, id, rev, deleted, body, tree, leaves)'
      try {
        ofRows(columns, '(?, ?, ?, ?, ?, ?, 1)', count).run(...values)
        return true
      } catch (error) {
        if ((error as { errcode?: number }).errcode === SQLITE_CONSTRAINT_UNIQUE) return false
        throw error
      }
    },
    /** `count` rows of (key, checksum, text). Their keys are new; FAIL spares SQLite a copy of each page for undoing the statement by itself. */
    insertBodies(count: number, values: readonly SQLInputValue[]): void {
      ofRows('INSERT OR FAIL INTO body (key, checksum, text)', '(?, ?, ?)', count).run(...values)
    },
    moveDocument: connection.prepare(
      'UPDATE document SET sequence = ?, rev = ?, deleted = ?, leaves = ?, body = ?, tree = ? WHERE sequence = ?',
    ),
    setTree: connection.prepare('UPDATE document SET tree = ? WHERE sequence = ?'),
    insertBody: connection.prepare('INSERT INTO body (key, checksum, text) VALUES (?, ?, ?)'),
    deleteBody: connection.prepare('DELETE FROM body WHERE key = ?'),

    state: query<DatabaseState>(connection, 'SELECT documents, deleted, sequence, lastBody, revsLimit FROM state'),
    setState: connection.prepare(
      'UPDATE state SET documents = ?, deleted = ?, sequence = ?, lastBody = ?, revsLimit = ?',
    ),

    local: query<{ number: number; body: string }>(connection, 'SELECT number, body FROM local WHERE id = ?'),
    localIds: query<{ id: string }>(connection, 'SELECT id FROM local ORDER BY id LIMIT ?'),
    putLocal: connection.prepare('INSERT OR REPLACE INTO local (id, number, body) VALUES (?, ?, ?)'),
    deleteLocal: connection.prepare('DELETE FROM local WHERE id = ?'),

    /** Heads, with `text` when bodies are asked for; `where` and `order` are of this program, never of a caller. */
    listing(bodies: boolean, where: string, order: string) {
      const key = `${bodies}|${where}|${order}`
      const known = listings.get(key)
      if (known !== undefined) return known
      const made = query<HeadBodyRow>(
        connection,
        `SELECT ${HEAD}${bodies ? ', b.text, b.checksum' : ''} ${bodies ? WITH_BODY : 'FROM document d'}
         WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`,
      )
      listings.set(key, made)
      return made
    },
  }
}
