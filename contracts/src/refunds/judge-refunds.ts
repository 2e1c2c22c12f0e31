/**
 * The refunds of a sale, judged as a whole: what each line has still to give, and which refunds took too much.
 * The verdict is a function of the sale, its refunds in HLC order and what is voided; it does not depend on arrival. Pure.
 */
import type { Refund, Sale } from '../documents/journal-documents.ts'

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

/** `refunds` are in HLC order. `isVoided` tells of the sale and of each refund, by journal id. A voided refund takes nothing. */
export function judgeRefunds(
  sale: Sale,
  refunds: readonly NotedRefund[],
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
  for (const refund of refunds) {
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
