/** A document for each SKU and store that ever met: which stores have it, and which SKUs are known, are ranges of ids. */
export interface StorePair {
  readonly sku: string
  readonly storeId: string
}

export interface PairMark extends Readonly<Record<string, unknown>>, StorePair {
  readonly _id: string
  readonly type: 'store-sku'
}

export function pairId({ sku, storeId }: StorePair): string {
  return `pair:${sku}:${storeId}`
}

export function pairMark(pair: StorePair): PairMark {
  return { _id: pairId(pair), type: 'store-sku', ...pair }
}
