/**
 * The price of a product at a time, from the product and the price changes known for it. It gives the same price before and after
 * head office's service has written a due change into the product, so a till that is offline is never behind.
 *
 * 1. A change counts from its `effectiveFrom` on; of several the latest, and of two with one time the one with the smaller id.
 * 2. A price that somebody set on the product later than that stands.
 * 3. A change in another currency is no change.
 */
import { formatStamp } from '../clock/hlc.ts'
import { HEAD_OFFICE } from '../identity.ts'

export interface DatedPrice {
  readonly id: string
  readonly priceMinor: number
  readonly currency: string
  /** ISO 8601. */
  readonly effectiveFrom: string
}

export interface PricedProduct {
  readonly priceMinor: number
  readonly currency: string
  /** HLC stamp of the price; empty when the product doesn't say. */
  readonly pricedAt: string
}

/** `changes` are those of this product, in any order. */
export function priceAt(product: PricedProduct, changes: readonly DatedPrice[], atMs: number): number {
  let chosen: { readonly change: DatedPrice; readonly fromMs: number } | undefined
  for (const change of changes) {
    const fromMs = Date.parse(change.effectiveFrom)
    if (change.currency !== product.currency || !(fromMs <= atMs)) continue
    const isLater =
      chosen === undefined || fromMs > chosen.fromMs || (fromMs === chosen.fromMs && change.id < chosen.change.id)
    if (isLater) chosen = { change, fromMs }
  }
  if (chosen === undefined || isSetLater(product, chosen.fromMs)) return product.priceMinor
  return chosen.change.priceMinor
}

function isSetLater(product: PricedProduct, fromMs: number): boolean {
  return product.pricedAt >= formatStamp({ wallMs: fromMs, counter: 0 }, HEAD_OFFICE)
}

/** The next time after `atMs` at which one of the changes begins to count; undefined when none is to come. */
export function nextPriceChangeMs(changes: Iterable<DatedPrice>, atMs: number): number | undefined {
  let next: number | undefined
  for (const change of changes) {
    const fromMs = Date.parse(change.effectiveFrom)
    if (fromMs > atMs && (next === undefined || fromMs < next)) next = fromMs
  }
  return next
}
