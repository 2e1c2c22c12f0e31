/** What is done with receipts after the sale: looking them up, refunds and voids. The store's other lanes' receipts count as well. */
import { msg, str } from '@lit/localize'
import {
  receiptNumberOf,
  type LineBalance,
  type Refund,
  type RefundOrder,
  type Sale,
  type Void,
} from '@tidemark/contracts'
import { newActTrace } from '../data/act-trace.ts'
import { refundDraft, voidDraft } from '../data/correction-documents.ts'
import { readCorrectedSale, readCorrections, type CorrectedSale, type Correction } from '../data/correction-index.ts'
import { isCardPayment, plannedReturns, sumOfReturns, type PendingReturn } from '../data/card-returns.ts'
import { balancesOf, planTillRefund, voidProblemOf, type VoidProblem } from '../data/correction-rules.ts'
import { newestFirst, readEntry } from '../data/journal-reader.ts'
import type { ActTrace, EntryContext } from '../data/journal-entry.ts'
import { isReceipt, matchesQuery, type Receipt, type ReceiptQuery } from '../data/receipt-search.ts'
import { askConsent } from './approval.ts'
import type { CardReturns } from './card-returns.ts'
import { failureWords } from './failure-words.ts'
import { recordEntry } from './record-entry.ts'
import type { Shifts } from './shifts.ts'
import type { TillHost } from './till-host.ts'

/** What may still be done with a receipt. */
export interface ReceiptState {
  readonly corrections: readonly Correction[]
  /** Of a sale: what each line has still to give. */
  readonly balances: readonly LineBalance[]
  readonly voidProblem: VoidProblem | undefined
}

/** Entries that one search looks at before it asks whether to go on. */
const maxLookedAt = 4000

export class AfterSale {
  busy = false
  readonly #till: TillHost
  readonly #shifts: Shifts
  readonly #returns: CardReturns

  constructor(till: TillHost, shifts: Shifts, returns: CardReturns) {
    this.#till = till
    this.#shifts = shifts
    this.#returns = returns
  }

  /** Receipts that fit, newest first, at most `limit`. Stops early when `isWanted` says that nobody waits any more. */
  async search(query: ReceiptQuery, limit: number, isWanted: () => boolean): Promise<Receipt[]> {
    const found: Receipt[] = []
    let lookedAt = 0
    for await (const page of newestFirst(this.#till.databases)) {
      if (!isWanted()) return found
      found.push(...page.filter(isReceipt).filter((receipt) => matchesQuery(receipt, query)))
      lookedAt += page.length
      const isPast = query.date !== '' && page.every(({ businessDate }) => businessDate < query.date)
      if (found.length >= limit || isPast || lookedAt >= maxLookedAt) break
    }
    return found.slice(0, limit)
  }

  async stateOf(receipt: Receipt): Promise<ReceiptState> {
    const { databases } = this.#till
    const corrected = await this.#corrected(receipt)
    const corrections = receipt.type === 'void' ? [] : await readCorrections(databases, receipt._id)
    const isSale = receipt.type === 'sale'
    return {
      corrections,
      balances: isSale && corrected !== undefined ? balancesOf(corrected) : [],
      voidProblem: receipt.type === 'void' ? 'voided' : this.#voidProblem(receipt, corrected),
    }
  }

  correctedSale(sale: Sale): Promise<CorrectedSale> {
    return readCorrectedSale(this.#till.databases, sale)
  }

  /** True while something is being given back, or waits for the card terminal: the next one would not know what is left. */
  get isBusy(): boolean {
    return this.busy || this.#returns.busy || this.#returns.pending !== undefined
  }

  /** The refund, or undefined when nothing was recorded (yet); the cashier is told why. */
  async refund(
    sale: Sale,
    { lines, method, reason }: Pick<RefundOrder, 'lines' | 'method'> & { readonly reason: string },
  ): Promise<Refund | undefined> {
    const question = msg(str`Refund of ${receiptNumberOf(sale.incarnation, sale.number)}: ${reason}`)
    const entry = await this.#act({ permission: 'refund', reason: question }, async (context, approvedBy) => {
      const corrected = await readCorrectedSale(this.#till.databases, sale)
      const plan = planTillRefund(corrected, { lines, method }, context.store.cashIncrementMinor)
      if (!plan.ok) throw new Error(plan.problems.map(({ message }) => message).join('; '))
      const { sold } = plan
      const parts = plannedReturns(sold.payments, 'refund')
      if (parts.length === 0) {
        return recordEntry(this.#till, refundDraft(context, { sale, sold, reason, approvedBy }))
      }
      return this.#returns.begin(pendingReturn('refund', context, { sale, sold, reason, approvedBy }, parts))
    })
    return entry?.type === 'refund' ? entry : undefined
  }

  /** The void, or undefined when nothing was recorded (yet); the cashier is told why. */
  async voidReceipt(receipt: Sale | Refund, reason: string): Promise<Void | undefined> {
    const question = msg(str`Void of ${receiptNumberOf(receipt.incarnation, receipt.number)}: ${reason}`)
    const entry = await this.#act({ permission: 'void', reason: question }, async (context, approvedBy) => {
      const corrected = await this.#corrected(receipt)
      const problem = this.#voidProblem(receipt, corrected)
      if (problem !== undefined) throw new Error(problem)
      const voidOf = receipt._id
      const parts = plannedReturns(receipt.payments, 'reversal')
      if (parts.length === 0 || corrected === undefined) {
        return recordEntry(this.#till, voidDraft(context, { voidOf, reason, approvedBy }))
      }
      // Nothing of it was given back yet: these are all its lines.
      const plan = planTillRefund(corrected, { method: 'cash' }, 1)
      if (!plan.ok) throw new Error(plan.problems.map(({ message }) => message).join('; '))
      const sold = { ...plan.sold, totals: receipt.totals }
      const { sale } = corrected
      return this.#returns.begin(pendingReturn('void', context, { sale, sold, reason, approvedBy }, parts))
    })
    return entry?.type === 'void' ? entry : undefined
  }

  #voidProblem(receipt: Sale | Refund, corrected: CorrectedSale | undefined): VoidProblem | undefined {
    if (receipt.type === 'refund' && receipt.payments.some(isCardPayment)) return 'card'
    if (receipt.type === 'refund' && receipt.exchange !== undefined) return 'exchange'
    const known = corrected ?? { refunds: [], voided: new Set<string>() }
    return voidProblemOf(receipt, this.#shifts.current, known)
  }

  /** The sale that a receipt is, or that it gives back, with all that corrects it. */
  async #corrected(receipt: Receipt): Promise<CorrectedSale | undefined> {
    const { databases } = this.#till
    if (receipt.type === 'sale') return readCorrectedSale(databases, receipt)
    const sale = receipt.type === 'refund' ? await readEntry(databases, receipt.refundOf) : undefined
    return sale?.type === 'sale' ? readCorrectedSale(databases, sale) : undefined
  }

  /** One act at a time; a cashier's needs a manager's word. What is planned is planned after it, from what is known then. */
  async #act(
    question: Parameters<typeof askConsent>[1],
    work: (context: ActContext, approvedBy: Sale['by']) => Promise<Refund | Void | undefined>,
  ): Promise<Refund | Void | undefined> {
    const till = this.#till
    const { enrolment, catalog, notices } = till
    if (this.isBusy || enrolment === undefined || catalog?.store === undefined) return undefined
    this.busy = true
    till.changed()
    try {
      const approvedBy = await askConsent(till, question)
      if (approvedBy === undefined) return undefined
      const context = { store: catalog.store, enrolment, by: till.author, trace: newActTrace() }
      return await work(context, approvedBy)
    } catch (error) {
      notices.warn(msg(str`Nothing was recorded: ${failureWords(error)}`))
      return undefined
    } finally {
      this.busy = false
      till.changed()
    }
  }
}

type ActContext = EntryContext & { readonly trace: ActTrace }

interface ReturnContent {
  readonly sale: Sale
  readonly sold: Pick<Refund, 'currency' | 'lines' | 'totals'>
  readonly reason: string
  readonly approvedBy: Sale['by']
}

function pendingReturn(
  kind: PendingReturn['kind'],
  { by, trace }: ActContext,
  { sale: { _id, customerReference }, sold: { currency, lines, totals }, reason, approvedBy }: ReturnContent,
  parts: PendingReturn['parts'],
): PendingReturn {
  const sale = { _id, ...(customerReference === undefined ? {} : { customerReference }) }
  const { dueMinor } = totals
  return {
    kind,
    sale,
    lines,
    trace,
    by,
    approvedBy,
    reason,
    currency,
    dueMinor,
    toCardsMinor: sumOfReturns(parts),
    parts,
  }
}
