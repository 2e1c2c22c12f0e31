export type StoreErrorCode =
  | 'illegal_database_name'
  | 'database_exists'
  /** damaged, or not a database of this program */
  | 'database_unreadable'
  /** written by a newer version of this program */
  | 'schema_too_new'
  /** a data folder of a version that kept its databases in another engine */
  | 'former_engine'
  | 'store_closed'
  /** another process holds the folder */
  | 'store_in_use'
  /** no room for a write; nothing of it was kept, and it may be tried again */
  | 'disk_full'
  /** more is waiting to be written than the queue holds; try again later */
  | 'store_overloaded'
  /** an id or a revision history that no document can have: a mistake of the caller */
  | 'illegal_document'

/** A store that cannot do what was asked; `database` names the one concerned. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly database: string

  constructor(code: StoreErrorCode, database: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
    this.database = database
  }
}

const SQLITE_FULL = 13
const SQLITE_IOERR = 10
/** The index of the write-ahead log can't be made longer: it is a file too. */
const SQLITE_IOERR_SHMSIZE = 4874
// ERROR, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB
const UNREADABLE = new Set([1, 8, SQLITE_IOERR, 11, 14, 26])

/** What SQLite, Node or the file system threw, as an error of the store. Anything else comes back as it is. */
export function toStoreError(error: unknown, database: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error
  const said = describe(error)
  if (isDiskFull(error)) {
    return new StoreError('disk_full', database, `No room on the disk for the database '${database}'`, { cause: error })
  }
  if ('code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StoreError('store_closed', database, `The database '${database}' is closed`, { cause: error })
  }
  const primary = primaryCode(error)
  if (primary === undefined || !UNREADABLE.has(primary)) return error
  const message = `Can't use the database '${database}': ${said}`
  return new StoreError('database_unreadable', database, message, { cause: error })
}

function isDiskFull(error: Error): boolean {
  const isShmFull = 'errcode' in error && error.errcode === SQLITE_IOERR_SHMSIZE
  return primaryCode(error) === SQLITE_FULL || isShmFull || ('code' in error && error.code === 'ENOSPC')
}

/** SQLite's result code without its extension (`SQLITE_IOERR_WRITE` → `SQLITE_IOERR`); undefined for other errors. */
function primaryCode(error: Error): number | undefined {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

function describe(error: Error): string {
  return 'errstr' in error && typeof error.errstr === 'string' && error.errstr !== error.message
    ? `${error.message} (${error.errstr})`
    : error.message
}
