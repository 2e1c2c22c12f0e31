const COUCHDB_NAME = /^[a-z][a-z0-9_$()+/-]*$/
const MAX_NAME_LENGTH = 180
const VIEW_MARK = '-mrview-'
const SUFFIX = '.sqlite'

/** A database name by CouchDB's rule, at most 180 characters, and not one of the side databases that views keep. */
export function isDatabaseName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && COUCHDB_NAME.test(name) && !name.includes(VIEW_MARK)
}

/** True for the name of a side database of `name`. */
export function isSideName(name: string, side: string): boolean {
  return side.startsWith(`${name}${VIEW_MARK}`) && side.length <= name.length + 60 && COUCHDB_NAME.test(side)
}

// '/' is the one character of the rule that a file system does not take; '.' is not in the rule, so this is reversible,
// and no name gets longer than a file system takes.
export function toFileName(name: string): string {
  return name.replaceAll('/', '.') + SUFFIX
}

/** The database kept in a file of this name; undefined for a file that is not a database's. */
export function fromFileName(file: string): string | undefined {
  if (!file.endsWith(SUFFIX)) return undefined
  const name = file.slice(0, -SUFFIX.length).replaceAll('.', '/')
  return isDatabaseName(name) ? name : undefined
}

const BESIDE = ['', '-wal', '-shm', '.draft', '.draft-journal']

/** True for every file of the database `name` and of its side databases: SQLite keeps more beside each. */
export function isFileOf(name: string, file: string): boolean {
  const own = toFileName(name)
  // Not all that begins with it: 'sales/sqlite' is kept beside 'sales', in 'sales.sqlite.sqlite'.
  return BESIDE.some((suffix) => file === own + suffix) || file.startsWith(own.slice(0, -SUFFIX.length) + VIEW_MARK)
}
