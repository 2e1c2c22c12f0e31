/**
 * All refunds of a sale, brought together in one document whatever order they come in, and judged as a whole: what no line
 * can give any more is flagged, and nothing is dropped.
 *
 * 1. Merging is commutative and idempotent.
 * 2. The verdict is a function of the sale, its refunds in HLC order and what is voided; it does not depend on arrival.
 */
import type { JournalEntry, Refund, Sale } from '@tidemark/contracts'

export interface RefundRecord extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'refund-record'
  readonly saleId: string
  /** In HLC order. */
  readonly refunds: readonly NotedRefund[]
}

export interface NotedRefund {
  readonly id: string
  readonly at: string
  readonly storeId: string
  readonly businessDate: string
  readonly currency: string
  readonly lines: readonly RefundedLine[]
}

export interface RefundedLine {
  readonly lineNumber: number
  readonly sku: string
  readonly quantity: number
  readonly discountMinor: number
  readonly grossMinor: number
}

export function refundRecordId(saleId: string): string {
  return `refunds:${saleId}`
}

/** The id of the sale that a refund names; undefined for other entries. */
export function refundedIdOf(entry: JournalEntry): string | undefined {
  return entry.type === 'refund' ? entry.refundOf : undefined
}

/** The same record when the refund is in it already. */
export function mergeRefund(record: RefundRecord | undefined, refund: Refund): RefundRecord {
  const saleId = refund.refundOf
  const known = record ?? { _id: refundRecordId(saleId), type: 'refund-record', saleId, refunds: [] }
  if (known.refunds.some(({ id }) => id === refund._id)) return known
  const refunds = [...known.refunds, notedRefundOf(refund)]
  return { ...known, refunds: refunds.sort((a, b) => compareText(a.at, b.at) || compareText(a.id, b.id)) }
}

export function notedRefundOf(refund: Refund): NotedRefund {
  const { _id: id, at, storeId, businessDate, currency } = refund
  const lines = refund.lines.map(({ lineNumber, sku, quantity, discountMinor, grossMinor }) => {
    return { lineNumber, sku, quantity, discountMinor, grossMinor }
  })
  return { id, at, storeId, businessDate, currency, lines }
}

/** What was sold on a line, and what refunds took of it so far. */
export interface LineBalance {
  readonly lineNumber: number
  readonly sku: string
  readonly soldQuantity: number
  readonly refundedQuantity: number
  readonly refundedDiscountMinor: number
  readonly refundedGrossMinor: number
}

/** More was given back than was sold; nothing of the sale has that product; another currency; the sale was voided. */
export type RefundFault = 'over-refund' | 'not-sold' | 'other-currency' | 'sale-voided'

export interface JudgedRefund {
  readonly refund: NotedRefund
  readonly fault: RefundFault
  readonly detail: string
}

export interface RefundJudgement {
  readonly balances: readonly LineBalance[]
  readonly faulty: readonly JudgedRefund[]
}

/** `isVoided` tells of the sale and of each refund, by journal id. A voided refund takes nothing. */
export function judgeRefunds(
  sale: Sale,
  record: RefundRecord | undefined,
  isVoided: (id: string) => boolean,
): RefundJudgement {
  const lines: OpenLine[] = sale.lines.map((line) => ({
    lineNumber: line.lineNumber,
    sku: line.sku,
    soldQuantity: line.quantity,
    soldGrossMinor: line.grossMinor,
    refundedQuantity: 0,
    refundedDiscountMinor: 0,
    refundedGrossMinor: 0,
  }))
  const faulty: JudgedRefund[] = []
  for (const refund of record?.refunds ?? []) {
    if (isVoided(refund.id)) continue
    const found = isVoided(sale._id)
      ? ({ fault: 'sale-voided', detail: 'the sale is voided' } as const)
      : refund.currency === sale.currency
        ? takeBack(lines, refund)
        : ({
            fault: 'other-currency',
            detail: `the sale is in ${sale.currency}, the refund in ${refund.currency}`,
          } as const)
    if (found !== undefined) faulty.push({ refund, ...found })
  }
  return { balances: lines.map(({ soldGrossMinor: _sold, ...balance }) => balance), faulty }
}

interface OpenLine {
  readonly lineNumber: number
  readonly sku: string
  readonly soldQuantity: number
  readonly soldGrossMinor: number
  refundedQuantity: number
  refundedDiscountMinor: number
  refundedGrossMinor: number
}

/** Takes a refund from the lines; what it takes too much stays taken, so that the next one finds the line empty. */
function takeBack(lines: readonly OpenLine[], refund: NotedRefund): Omit<JudgedRefund, 'refund'> | undefined {
  const faults: Omit<JudgedRefund, 'refund'>[] = []
  for (const given of refund.lines) {
    const line = lineOf(lines, given)
    if (line === undefined) {
      faults.push({ fault: 'not-sold', detail: `${given.sku} is on no line of the sale` })
      continue
    }
    line.refundedQuantity += given.quantity
    line.refundedDiscountMinor += given.discountMinor
    line.refundedGrossMinor += given.grossMinor
    const tooMany = line.refundedQuantity - line.soldQuantity
    // Parts of a line are rounded one by one: each may give a minor unit more than its share.
    const tooMuch = line.refundedGrossMinor - line.soldGrossMinor - line.refundedQuantity
    if (tooMany > 0) {
      const detail = `line ${line.lineNumber} (${line.sku}): sold ${line.soldQuantity}, refunded ${line.refundedQuantity}`
      faults.push({ fault: 'over-refund', detail })
    } else if (tooMuch > 0) {
      const detail = `line ${line.lineNumber} (${line.sku}): sold for ${line.soldGrossMinor}, refunded ${line.refundedGrossMinor}`
      faults.push({ fault: 'over-refund', detail })
    }
  }
  const [first] = faults
  return first === undefined ? undefined : { fault: first.fault, detail: faults.map(({ detail }) => detail).join('; ') }
}

/** The line of that number when it has the product; else the first line of the product that still gives, or its last. */
function lineOf(lines: readonly OpenLine[], given: RefundedLine): OpenLine | undefined {
  const ofProduct = lines.filter(({ sku }) => sku === given.sku)
  return (
    ofProduct.find(({ lineNumber }) => lineNumber === given.lineNumber) ??
    ofProduct.find(({ soldQuantity, refundedQuantity }) => refundedQuantity < soldQuantity) ??
    ofProduct.at(-1)
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
