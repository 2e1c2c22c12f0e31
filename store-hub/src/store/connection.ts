// One SQLite file as this program keeps it: how it is opened, and statements with types.
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'
import { StoreError, toStoreError } from './errors.ts'
import { APPLICATION_ID, migrations } from './schema.ts'

/** A prepared statement whose rows are of one known shape. */
export interface Query<Row> {
  get(...parameters: SQLInputValue[]): Row | undefined
  all(...parameters: SQLInputValue[]): Row[]
}

/** The types of the rows are what the statement says; nothing checks them while running. */
export function query<Row>(connection: DatabaseSync, sql: string): Query<Row> {
  return connection.prepare(sql) as unknown as Query<Row>
}

const CACHE_KIB = 4096
const WAL_PAGES = 2000

/**
 * Opens a file, makes its tables when it is new, and brings an older schema up to date.
 * Throws StoreError `database_unreadable`, `schema_too_new` or `disk_full`.
 */
export function openConnection(file: string, name: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  let connection: DatabaseSync | undefined
  try {
    connection = new DatabaseSync(file, { enableForeignKeyConstraints: false })
    prepareFile(connection, file, name)
    connection.exec(`PRAGMA synchronous = ${synchronous}`)
    return connection
  } catch (error) {
    connection?.close()
    throw toStoreError(error, name)
  }
}

function prepareFile(connection: DatabaseSync, file: string, name: string): void {
  const version = readVersion(connection, file, name)
  // Both need an empty file, and auto_vacuum comes first.
  if (version === 0) connection.exec('PRAGMA auto_vacuum = INCREMENTAL')
  connection.exec('PRAGMA journal_mode = WAL')
  connection.exec(`
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${WAL_PAGES};
    PRAGMA journal_size_limit = ${WAL_PAGES * 4096 * 2};
    PRAGMA temp_store = MEMORY;
  `)
  if (version < migrations.length) migrate(connection, version)
}

function readVersion(connection: DatabaseSync, file: string, name: string): number {
  const version = query<{ user_version: number }>(connection, 'PRAGMA user_version').get()?.user_version ?? 0
  const owner = query<{ application_id: number }>(connection, 'PRAGMA application_id').get()?.application_id ?? 0
  const pages = query<{ page_count: number }>(connection, 'PRAGMA page_count').get()?.page_count ?? 0
  if (owner !== APPLICATION_ID && pages > 0) {
    throw new StoreError('database_unreadable', name, `'${name}' is not a database of this program: ${file}`)
  }
  if (version > migrations.length) {
    const message = `The database '${name}' has schema ${version}, this program knows ${migrations.length}: ${file}`
    throw new StoreError('schema_too_new', name, message)
  }
  return version
}

/** All steps that are missing, in one transaction: a crash leaves the old schema or the newest. */
function migrate(connection: DatabaseSync, from: number): void {
  connection.exec('BEGIN IMMEDIATE')
  for (const step of migrations.slice(from)) connection.exec(step)
  connection.exec(`PRAGMA user_version = ${migrations.length}`)
  connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  connection.exec('COMMIT')
}
