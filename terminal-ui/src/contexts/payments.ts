/**
 * Paying the open cart, in as many parts as the customer likes. What was paid is part of the cart (data/tenders.ts), so a killed tab comes
 * back to it: a card terminal that was asked is asked again, and an approved card stays until the sale is finished or it is reversed.
 *
 * 1. A card attempt is on disk before the terminal hears of it, and so is its reversal.
 * 2. The part that completes a sale in cash is written with the sale itself: one put.
 * 3. One thing at a time: what is asked for meanwhile is not done.
 * 4. An exchange (exchanges.ts) is two entries: all that was paid for it is in the cart on disk before the first of them.
 */
import { msg, str } from '@lit/localize'
import type { Payment, Sale } from '@tidemark/contracts'
import { settleReturns, type CardReturn } from '../data/card-returns.ts'
import type { CardAnswer, CardTerminal } from '../data/card-terminal.ts'
import { priceCart, setExchange, setTenders, type Cart } from '../data/cart.ts'
import { messageOf } from '../data/errors.ts'
import { exchangedMinorOf, payoutOf, payoutParts, type Payout } from '../data/exchange.ts'
import { isPaid } from '../data/sale-document.ts'
import { balanceOf, cashTender, type Balance, type CardTender, type Tender } from '../data/tenders.ts'
import { troubleWords } from './card-returns.ts'
import type { Exchanges } from './exchanges.ts'
import { failureWords } from './failure-words.ts'
import type { Selling } from './selling.ts'
import type { TillHost } from './till-host.ts'

/** One and the same: a list that is new at every look would look like a payment that was made. */
const noTenders: readonly Tender[] = []

export class Payments {
  /** What is going on: a card terminal works, or the sale is being written. */
  busy: 'card' | 'recording' | undefined
  /** What the cashier should know of the last step: a card that was declined, a terminal that does not answer. */
  message = ''
  readonly #till: TillHost
  readonly #selling: Selling
  readonly #exchanges: Exchanges
  readonly #card: () => CardTerminal

  constructor(till: TillHost, selling: Selling, exchanges: Exchanges, card: () => CardTerminal) {
    this.#till = till
    this.#selling = selling
    this.#exchanges = exchanges
    this.#card = card
  }

  get tenders(): readonly Tender[] {
    return this.#selling.cart.tenders ?? noTenders
  }

  get balance(): Balance {
    const { cart, rules } = this.#selling
    if (rules === undefined) return balanceOf(0, [], 1)
    const { grossMinor } = priceCart(cart, rules)
    const leftMinor = grossMinor - exchangedMinorOf(cart.exchange, grossMinor)
    return { ...balanceOf(leftMinor, this.tenders, rules.cashIncrementMinor), isPaid: this.#isPaid(cart) }
  }

  /** What goes back to the customer of an exchange; undefined where the customer pays. */
  get payout(): Payout | undefined {
    const { cart, rules } = this.#selling
    if (rules === undefined || cart.exchange === undefined) return undefined
    return payoutOf(cart.exchange, priceCart(cart, rules).grossMinor, rules.cashIncrementMinor)
  }

  /** Makes ready to pay: false when the cart is empty, or when a manager's word is needed and was not given. */
  async begin(): Promise<boolean> {
    this.message = ''
    const { lines, exchange } = this.#selling.cart
    if (lines.length === 0 || !(await this.#selling.confirmDiscounts())) return false
    // Once money has moved, nothing else is left but to go on.
    const isNew = exchange !== undefined && !this.#selling.isLocked
    if (isNew && !(await this.#exchanges.canGoOn(exchange))) return false
    // What is being paid is on disk, whatever happens to the tab meanwhile.
    return this.#selling.keep(this.#selling.cart)
  }

  /** After a start: attempts of which nobody knows what became are asked for. */
  async resume(): Promise<void> {
    for (const tender of this.tenders) {
      if (tender.method === 'card' && tender.state !== 'approved') await this.askAgain(tender.id)
    }
    const { exchange } = this.#selling.cart
    if (exchange?.payout !== undefined && !this.balance.isPaid) await this.payOut('card')
    // Both entries of an exchange, or the second one.
    else if (exchange !== undefined) await this.finish()
  }

  /** Cash that the customer hands over: the rest or more finishes the sale, less is a part of it. */
  payCash(tenderedMinor: number): Promise<void> {
    return this.#exclusively('recording', async () => {
      const tender = cashTender(crypto.randomUUID(), tenderedMinor, this.balance)
      const cart = this.#with([...this.tenders, tender])
      if (this.#isPaid(cart)) await this.#record(cart)
      else await this.#step(cart)
    })
  }

  /** Asks the card terminal for an amount, at most what is left. */
  payCard(amountMinor: number): Promise<void> {
    return this.#exclusively('card', async () => {
      const amount = Math.min(amountMinor, this.balance.remainingMinor)
      if (amount <= 0) return
      const tender: CardTender = { id: crypto.randomUUID(), method: 'card', amountMinor: amount, state: 'asking' }
      const isOnDisk = await this.#step(this.#with([...this.tenders, tender]))
      if (isOnDisk) await this.#settle(tender, await this.#authorise(tender))
    })
  }

  /** What became of an attempt that was not answered, or of a reversal. */
  askAgain(id: string): Promise<void> {
    return this.#exclusively('card', async () => {
      const tender = this.#cardTender(id)
      if (tender?.state === 'reversing') await this.#cancel(tender)
      else if (tender !== undefined && tender.state !== 'approved') await this.#ask(tender)
    })
  }

  /** Takes a part out again: cash goes back to the customer, a card is reversed. */
  remove(id: string): Promise<void> {
    return this.#exclusively('card', async () => {
      // The refund of an exchange is recorded: only its sale can follow.
      if (this.#selling.cart.exchange?.refund !== undefined) return
      const tender = this.#cardTender(id)
      if (tender === undefined) await this.#drop(id)
      else await this.#cancel(tender)
    })
  }

  /** Gives back what goods of an exchange were worth more than the cart, or asks again for what the card terminal has not answered. */
  payOut(method: Payment['method']): Promise<void> {
    return this.#exclusively(method === 'card' ? 'card' : 'recording', async () => {
      const { cart } = this.#selling
      const { exchange } = cart
      const { payout } = this
      if (exchange === undefined || payout === undefined) return
      const planned = exchange.payout?.parts ?? payoutParts(payout, method)
      const withParts = (parts: readonly CardReturn[]) => setExchange(cart, { ...exchange, payout: { parts } })
      const keep = async (parts: readonly CardReturn[]): Promise<void> => {
        if (!(await this.#step(withParts(parts)))) throw new Error(this.message)
      }
      const currency = this.#till.catalog?.store?.currency ?? ''
      try {
        const { parts, trouble } = await settleReturns(planned, { terminal: this.#card(), currency, keep })
        if (trouble !== undefined) this.message = troubleWords(trouble)
        if (trouble?.kind === 'unknown') return
        const { payout: _tried, ...untried } = exchange
        // No card took anything: it can be given back another way.
        if (planned.length > 0 && parts.length === 0) await this.#selling.keep(setExchange(cart, untried))
        else await this.#record(withParts(parts))
      } catch (error) {
        this.message = failureWords(error)
      }
    })
  }

  /** Records a sale that is paid, where that did not work or did not happen before. */
  finish(): Promise<void> {
    return this.#exclusively('recording', async () => {
      if (this.#isPaid(this.#selling.cart)) await this.#record(this.#selling.cart)
    })
  }

  async #authorise(tender: CardTender): Promise<CardAnswer> {
    const currency = this.#till.catalog?.store?.currency ?? ''
    try {
      return await this.#card().authorise({ reference: tender.id, amountMinor: tender.amountMinor, currency })
    } catch (error) {
      return { kind: 'unknown', reason: messageOf(error) }
    }
  }

  async #ask(tender: CardTender): Promise<void> {
    const answer = await this.#card()
      .ask(tender.id)
      .catch((error: unknown) => ({ kind: 'unknown' as const, reason: messageOf(error) }))
    await this.#settle(tender, answer.kind === 'not-found' ? { kind: 'timed-out' } : answer)
  }

  async #settle(tender: CardTender, answer: CardAnswer): Promise<void> {
    switch (answer.kind) {
      case 'approved': {
        const cart = this.#replaced({ ...tender, state: 'approved', approval: answer.approval })
        await this.#selling.keep(cart)
        if (this.#isPaid(cart)) await this.#record(cart)
        return
      }
      case 'unknown':
        this.message = msg(str`The card terminal’s answer is not known: ${answer.reason}. Ask again.`)
        await this.#selling.keep(this.#replaced({ ...tender, state: 'unknown' }))
        return
      case 'declined':
        this.message = msg(str`Declined: ${answer.reason}. No money was taken.`)
        return this.#drop(tender.id)
      case 'timed-out':
        this.message = msg('No card was shown in time. No money was taken.')
        return this.#drop(tender.id)
    }
  }

  async #cancel(tender: CardTender): Promise<void> {
    const isOnDisk = await this.#step(this.#replaced({ ...tender, state: 'reversing' }))
    if (!isOnDisk) return
    const answer = await this.#card()
      .cancel(tender.id)
      .catch((error: unknown) => ({ kind: 'unknown' as const, reason: messageOf(error) }))
    switch (answer.kind) {
      case 'cancelled':
      case 'not-found':
        return this.#drop(tender.id)
      case 'refused':
        this.message = msg(str`The card terminal did not take the payment back: ${answer.reason}.`)
        // The money is where it was before anybody asked for it.
        await this.#selling.keep(
          this.#replaced({ ...tender, state: tender.approval === undefined ? 'unknown' : 'approved' }),
        )
        return
      case 'unknown':
        this.message = msg(str`The card terminal’s answer is not known: ${answer.reason}. Ask again.`)
    }
  }

  /** Goes on only from what is on disk: false, and the cart is as it was, when this step could not be written. */
  async #step(cart: Cart): Promise<boolean> {
    const before = this.#selling.cart
    if (await this.#selling.keep(cart)) return true
    await this.#selling.keep(before)
    this.message = msg('This till could not save it, so nothing was paid or taken back.')
    return false
  }

  async #record(paid: Cart): Promise<void> {
    const { enrolment, catalog, author, journal, notices } = this.#till
    if (enrolment === undefined || catalog?.store === undefined) return
    this.busy = 'recording'
    this.#till.changed()
    let sale: Sale
    try {
      // Of two entries the second must find what was paid, whatever becomes of the page between them.
      if (paid.exchange !== undefined && !(await this.#step(paid))) return
      const cart = await this.#exchanges.recordRefund(paid)
      const promotions = this.#selling.rules?.promotions ?? []
      sale = await journal.recordSale({ cart, store: catalog.store, enrolment, by: author, promotions })
    } catch (error) {
      // A dialog lies over the notices.
      this.message = msg(str`The sale was not recorded, and the cart is kept: ${failureWords(error)}`)
      notices.warn(this.message)
      return
    }
    await this.#selling.finish(sale)
  }

  #isPaid(cart: Cart): boolean {
    const { rules } = this.#selling
    return rules !== undefined && isPaid(cart, priceCart(cart, rules).grossMinor, rules.cashIncrementMinor)
  }

  #cardTender(id: string): CardTender | undefined {
    const tender = this.tenders.find((candidate) => candidate.id === id)
    return tender?.method === 'card' ? tender : undefined
  }

  #with(tenders: readonly Tender[]): Cart {
    return setTenders(this.#selling.cart, tenders)
  }

  #replaced(tender: CardTender): Cart {
    return this.#with(this.tenders.map((known) => (known.id === tender.id ? tender : known)))
  }

  async #drop(id: string): Promise<void> {
    await this.#selling.keep(this.#with(this.tenders.filter((tender) => tender.id !== id)))
  }

  async #exclusively(busy: 'card' | 'recording', work: () => Promise<void>): Promise<void> {
    if (this.busy !== undefined) return
    this.busy = busy
    this.message = ''
    this.#till.changed()
    try {
      await work()
    } finally {
      this.busy = undefined
      this.#till.changed()
    }
  }
}
