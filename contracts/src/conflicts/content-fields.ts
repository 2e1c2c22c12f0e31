/** Which members of a document are what people wrote, apart from what records who wrote it when. */

type Fields = Readonly<Record<string, unknown>>

const bookkeeping = new Set(['at', 'by', 'trace', 'fieldTimes', 'schemaVersion'])

/** False for `_id`, `_rev` and the like, and for the stamp, author, trace, times of fields and version. */
export function isContentField(name: string): boolean {
  return !name.startsWith('_') && !bookkeeping.has(name)
}

/** A body without `_rev`, `_id` and the like. */
export function withoutReplicationFields(body: Fields): Fields {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !name.startsWith('_')))
}
