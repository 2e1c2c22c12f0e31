/**
 * A count sheet: what is to be counted, and what was found so far. Pure functions over a value that is saved at every entry, so that
 * a reload goes on where it stopped.
 *
 * 1. A count says "this many at this time": its stamp and id are those of the entry, however much later the sheet is finished.
 * 2. Finishing may be cut off anywhere and done again: the same entries give the same documents.
 */
export interface CountEntry {
  /** Pieces or grams. */
  readonly quantity: number
  /** HLC stamp of the last change of the quantity. */
  readonly at: string
  /** ULID of the count. */
  readonly id: string
}

export interface CountSheet {
  readonly id: string
  readonly name: string
  /** ISO 8601. */
  readonly createdAt: string
  /** True when who counts must not see what is expected. */
  readonly isBlind: boolean
  /** In the order of the sheet; products that are scanned and not on it come behind. */
  readonly skus: readonly string[]
  readonly entries: Readonly<Record<string, CountEntry>>
}

export const maxSheetLines = 2000
export const maxCounted = 1_000_000_000

/** Sets what was found of a product; a product that is not on the sheet comes onto it. */
export function countProduct(sheet: CountSheet, sku: string, entry: CountEntry): CountSheet {
  const quantity = Math.min(Math.max(0, Math.trunc(entry.quantity)), maxCounted)
  return { ...sheet, skus: skusWith(sheet, sku), entries: { ...sheet.entries, [sku]: { ...entry, quantity } } }
}

/** A product that is on the sheet and not counted: nothing was found yet, or what was entered is taken back. */
export function uncountProduct(sheet: CountSheet, sku: string): CountSheet {
  const { [sku]: _gone, ...entries } = sheet.entries
  return { ...sheet, skus: skusWith(sheet, sku), entries }
}

function skusWith({ skus }: CountSheet, sku: string): readonly string[] {
  return skus.includes(sku) ? skus : [...skus, sku]
}

export function countedLines(sheet: CountSheet): readonly (CountEntry & { readonly sku: string })[] {
  return sheet.skus.flatMap((sku) => {
    const entry = sheet.entries[sku]
    return entry === undefined ? [] : [{ sku, ...entry }]
  })
}
