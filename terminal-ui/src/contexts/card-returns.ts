/**
 * Refunds and voids that give money back to cards (data/card-returns.ts). One at a time; it is on disk until its entry is in the journal:
 *
 * 1. The entry is made when every card has answered. Money that moved is recorded, whatever became of the page meanwhile.
 * 2. Where no card took anything, nothing is recorded, and the cashier is told.
 * 3. What only some of the cards took is recorded; the rest is given back in cash, and a void becomes a refund that says so.
 */
import { msg, str } from '@lit/localize'
import { paidBackBy, type Refund, type Void } from '@tidemark/contracts'
import {
  returnedPayments,
  settleReturns,
  sumOfReturns,
  type PendingReturn,
  type ReturnTrouble,
} from '../data/card-returns.ts'
import type { CardTerminal } from '../data/card-terminal.ts'
import { refundDraft, voidDraft } from '../data/correction-documents.ts'
import { readCorrections } from '../data/correction-index.ts'
import type { EntryContext } from '../data/journal-entry.ts'
import type { EntryDraft } from '../data/journal.ts'
import { failureWords } from './failure-words.ts'
import { recordEntry } from './record-entry.ts'
import type { TillHost } from './till-host.ts'

export class CardReturns {
  /** What waits for the card terminal, as it is on disk. */
  pending: PendingReturn | undefined
  busy = false
  readonly #till: TillHost
  readonly #card: () => CardTerminal

  constructor(till: TillHost, card: () => CardTerminal) {
    this.#till = till
    this.#card = card
  }

  async resume(): Promise<void> {
    this.pending = await this.#till.databases.device.read('card-return')
  }

  /** The entry, or undefined when none was made: nothing was taken, or nobody knows yet. Throws when it could not be kept. */
  async begin(order: PendingReturn): Promise<Refund | Void | undefined> {
    await this.#keep(order)
    return this.#settle(order)
  }

  /** Goes on with what a killed tab, or an answer that got lost, has left. */
  async askAgain(): Promise<void> {
    if (this.pending === undefined || this.busy) return
    try {
      await this.#settle(this.pending)
    } catch (error) {
      this.#till.notices.warn(msg(str`The money for the card could not be recorded yet: ${failureWords(error)}`))
    }
  }

  async #settle(order: PendingReturn): Promise<Refund | Void | undefined> {
    this.busy = true
    this.#till.changed()
    try {
      const keep = (parts: PendingReturn['parts']) => this.#keep({ ...order, parts })
      const desk = { terminal: this.#card(), currency: order.currency, keep }
      const { parts, trouble } = await settleReturns(order.parts, desk)
      if (trouble?.kind === 'unknown') {
        this.#tell(troubleWords(trouble))
        return undefined
      }
      const entry = parts.length === 0 ? undefined : await this.#record({ ...order, parts })
      await this.#forget()
      this.#tellOutcome({ ...order, parts }, trouble, entry)
      return entry
    } finally {
      this.busy = false
      this.#till.changed()
    }
  }

  async #record(order: PendingReturn): Promise<Refund | Void> {
    const known = await readCorrections(this.#till.databases, order.sale._id)
    const done = known.find(({ trace }) => trace?.traceparent === order.trace.traceparent)
    return done ?? recordEntry<Refund | Void>(this.#till, this.#draftOf(order))
  }

  #draftOf(order: PendingReturn): EntryDraft<Refund | Void> {
    const { kind, sale, lines, by, approvedBy, reason, trace, currency, parts } = order
    const { enrolment, catalog } = this.#till
    if (enrolment === undefined || catalog?.store === undefined) throw new Error('the till is not set up')
    const context: EntryContext = { store: catalog.store, enrolment, by, trace }
    const isWhole = sumOfReturns(parts) === order.toCardsMinor
    if (kind === 'void' && isWhole) return voidDraft(context, { voidOf: sale._id, reason, approvedBy })
    const coinMinor = catalog.store.cashIncrementMinor
    const paidBack = paidBackBy(lines, { toCards: returnedPayments(parts), coinMinor })
    return refundDraft(context, { sale, sold: { currency, lines, ...paidBack }, reason, approvedBy })
  }

  #tellOutcome(order: PendingReturn, trouble: ReturnTrouble | undefined, entry: Refund | Void | undefined): void {
    const { format } = this.#till
    if (entry === undefined) {
      if (trouble !== undefined) this.#tell(`${troubleWords(trouble)} ${msg('Nothing was recorded.')}`)
      return
    }
    const toCardsMinor = sumOfReturns(order.parts)
    const inCashMinor =
      entry.type === 'refund'
        ? entry.payments.reduce((total, payment) => total + (payment.method === 'cash' ? payment.amountMinor : 0), 0)
        : order.dueMinor - toCardsMinor
    const toCards = msg(str`${format?.money(toCardsMinor) ?? ''} went back to the card.`)
    const inCash = msg(str`Give back ${format?.money(inCashMinor) ?? ''} in cash.`)
    const words = inCashMinor === 0 ? toCards : `${toCards} ${inCash}`
    if (trouble === undefined) this.#till.notices.tell(words)
    else this.#tell(`${troubleWords(trouble)} ${words}`)
  }

  async #keep(order: PendingReturn): Promise<void> {
    await this.#till.databases.device.write('card-return', order)
    this.pending = order
    this.#till.changed()
  }

  async #forget(): Promise<void> {
    await this.#till.databases.device.forget('card-return')
    this.pending = undefined
  }

  #tell(text: string): void {
    this.#till.notices.warn(text)
  }
}

export function troubleWords(trouble: ReturnTrouble): string {
  switch (trouble.kind) {
    case 'declined':
      return msg(str`Declined: ${trouble.reason}. No money was moved.`)
    case 'timed-out':
      return msg('The card terminal got no answer in time. No money was moved.')
    case 'unknown':
      return msg(str`The card terminal’s answer is not known: ${trouble.reason}. Ask again.`)
  }
}
