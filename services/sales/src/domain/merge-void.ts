/**
 * Voids and what they void come in any order. A void is noted in one document, `void:<journal id of the voided entry>`;
 * whoever comes second, the void or its sale, finds the other and takes the sale out of its day.
 *
 * However many voids name one entry, it is taken out once; the first by id is the one that counts in a till's cash.
 */
export interface VoidRecord extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'void-record'
  /** Journal ids of the voids, sorted. */
  readonly voids: readonly string[]
}

export function voidRecordId(voidedId: string): string {
  return `void:${voidedId}`
}

/** The same record when the void is in it already. */
export function mergeVoid(record: VoidRecord | undefined, voidedId: string, voidId: string): VoidRecord {
  const known = record ?? { _id: voidRecordId(voidedId), type: 'void-record', voids: [] }
  return known.voids.includes(voidId) ? known : { ...known, voids: [...known.voids, voidId].sort() }
}
