import type { QuarantineCase } from './quarantine-cases.ts'

/** Open cases by database and document: on the way of every accepted write, so it has to answer at once. */
export interface OpenCases {
  of(database: string, documentId: string): QuarantineCase[]
  note(item: QuarantineCase): void
  size(): number
}

export function indexOpenCases(items: Iterable<QuarantineCase>): OpenCases {
  const byDocument = new Map<string, Map<string, QuarantineCase>>()
  let size = 0
  const keyOf = (database: string, documentId: string): string => `${database} ${documentId}`
  const note = (item: QuarantineCase): void => {
    const key = keyOf(item.database, item.documentId)
    const present = byDocument.get(key) ?? new Map<string, QuarantineCase>()
    size -= present.size
    if (item.state === 'open') present.set(item.id, item)
    else present.delete(item.id)
    size += present.size
    if (present.size > 0) byDocument.set(key, present)
    else byDocument.delete(key)
  }
  for (const item of items) note(item)
  return {
    of: (database, documentId) => [...(byDocument.get(keyOf(database, documentId))?.values() ?? [])],
    note,
    size: () => size,
  }
}
