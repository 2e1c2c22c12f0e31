// One SQLite file as this program keeps it: how it is opened, and statements with types.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
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
/** The write-ahead log is emptied into the file when it has this many pages: longer pauses with more, more work with less. */
const WAL_PAGES = 2000
/** Of a new file. Smaller ones cost more work for a batch, larger ones more log for a single document. */
export const PAGE_BYTES = 8192
/** Nobody else writes; a connection of verification or a copy may hold a lock for a moment when it opens or closes. */
const BUSY_MS = 2000

export interface ConnectionOptions {
  readonly file: string
  readonly name: string
  /** FULL: a commit is an fsync. NORMAL: a power cut may take the latest commits, whole and in order. */
  readonly synchronous: 'FULL' | 'NORMAL'
  /** the schema's steps; others for tests only */
  readonly steps?: readonly string[]
}

/**
 * Opens a file, made when there is none, and brings an older schema up to date. Throws StoreError `database_unreadable`,
 * `schema_too_new` or `disk_full`.
 */
export function openConnection({ file, name, synchronous, steps = migrations }: ConnectionOptions): DatabaseSync {
  let connection: DatabaseSync | undefined
  try {
    if (!existsSync(file)) makeFile(file, steps)
    connection = new DatabaseSync(file, { timeout: BUSY_MS })
    const version = readVersion(connection, file, name, steps.length)
    connection.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${synchronous};
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${WAL_PAGES};
      PRAGMA journal_size_limit = ${2 * WAL_PAGES * PAGE_BYTES};
      PRAGMA temp_store = MEMORY;
    `)
    if (version < steps.length) migrate(connection, version, steps)
    return connection
  } catch (error) {
    connection?.close()
    throw toStoreError(error, name)
  }
}

/** The file appears under its name with all its tables, so that an empty one is always a damaged one. */
function makeFile(file: string, steps: readonly string[]): void {
  const draft = `${file}.draft`
  // A log that was left beside it belongs to another life: SQLite would write it into this one.
  for (const left of [file, draft])
    for (const suffix of ['-wal', '-shm', '-journal']) rmSync(left + suffix, { force: true })
  rmSync(draft, { force: true })
  const connection = new DatabaseSync(draft)
  try {
    // Both need a file without pages. Auto-vacuum lets compaction give space back in steps.
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`)
    migrate(connection, 0, steps)
  } finally {
    connection.close()
  }
  renameSync(draft, file)
  syncFolderNow(path.dirname(file))
}

function syncFolderNow(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function readVersion(connection: DatabaseSync, file: string, name: string, known: number): number {
  const version = readNumber(connection, 'user_version')
  if (readNumber(connection, 'application_id') !== APPLICATION_ID || version < 1) {
    const isEmpty = readNumber(connection, 'page_count') === 0
    const what = isEmpty ? 'is an empty file' : 'is not a database of this program'
    throw new StoreError('database_unreadable', name, `'${name}' ${what}: ${file}`)
  }
  if (version > known) {
    const message = `The database '${name}' has schema ${version}, this program knows ${known}: ${file}`
    throw new StoreError('schema_too_new', name, `${message}. Start the newer version, or restore a backup.`)
  }
  return version
}

/** The number that a pragma without argument answers. */
export function readNumber(
  connection: DatabaseSync,
  pragma: 'user_version' | 'application_id' | 'page_count' | 'page_size' | 'freelist_count',
): number {
  return query<Record<string, number>>(connection, `PRAGMA ${pragma}`).get()?.[pragma] ?? 0
}

/** All steps that are missing, in one transaction: a crash leaves the old schema or the newest. */
function migrate(connection: DatabaseSync, from: number, steps: readonly string[]): void {
  connection.exec('BEGIN IMMEDIATE')
  for (const step of steps.slice(from)) connection.exec(step)
  connection.exec(`PRAGMA user_version = ${steps.length}`)
  connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  connection.exec('COMMIT')
}
