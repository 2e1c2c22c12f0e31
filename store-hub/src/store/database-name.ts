const COUCHDB_NAME = /^[a-z][a-z0-9_$()+/-]*$/
const MAX_NAME_LENGTH = 180
const VIEW_MARK = '-mrview-'

/** A database name by CouchDB's rule, at most 180 characters, and not one of the side databases that views keep. */
export function isDatabaseName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && COUCHDB_NAME.test(name) && !name.includes(VIEW_MARK)
}

// '/' is the one character of the rule that a file system does not take; '%' is not in the rule, so this is reversible.
export function toFolderName(name: string): string {
  return name.replaceAll('/', '%2F')
}

/** The database kept in a folder of this name; undefined for a folder that is not a database. */
export function fromFolderName(folder: string): string | undefined {
  const name = folder.replaceAll('%2F', '/')
  return isDatabaseName(name) ? name : undefined
}

/** True for the side databases that keep the views of `folder`. */
export function isViewFolderOf(folder: string, candidate: string): boolean {
  return candidate.startsWith(`${folder}${VIEW_MARK}`)
}
