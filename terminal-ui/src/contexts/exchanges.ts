/**
 * Exchanges at the counter (data/exchange.ts): goods of a receipt are put beside the open cart, and paying records a refund and a sale.
 *
 * 1. Everything that was paid is on disk, in the cart, before the first of the two entries. A start finds it and goes on.
 * 2. The refund is looked for before it is made, so it is made once. From then on the cart can only become its sale.
 */
import { msg, str } from '@lit/localize'
import { receiptNumberOf, type Refund, type RefundOrder, type Sale } from '@tidemark/contracts'
import { newActTrace } from '../data/act-trace.ts'
import { priceCart, type Cart } from '../data/cart.ts'
import { isCardPayment } from '../data/card-returns.ts'
import { refundDraft } from '../data/correction-documents.ts'
import { readCorrectedSale, readCorrections } from '../data/correction-index.ts'
import { balancesOf, planTillRefund } from '../data/correction-rules.ts'
import { exchangeOf, exchangeRefund, stillComesBack, type CartExchange } from '../data/exchange.ts'
import { readEntry } from '../data/journal-reader.ts'
import { askConsent } from './approval.ts'
import { failureWords } from './failure-words.ts'
import { recordEntry } from './record-entry.ts'
import type { Selling } from './selling.ts'
import type { TillHost } from './till-host.ts'

export interface ExchangeWish {
  readonly lines: NonNullable<RefundOrder['lines']>
  readonly reason: string
}

export class Exchanges {
  readonly #till: TillHost
  readonly #selling: Selling

  constructor(till: TillHost, selling: Selling) {
    this.#till = till
    this.#selling = selling
  }

  /** Puts goods that come back beside the open cart. False when that was not agreed to, or can't be. */
  async begin(sale: Sale, { lines, reason }: ExchangeWish): Promise<boolean> {
    const { databases, notices } = this.#till
    if (this.#selling.isLocked || this.#selling.cart.exchange !== undefined) {
      notices.warn(msg('Finish what is in the cart first.'))
      return false
    }
    const question = msg(str`Exchange of goods of ${receiptNumberOf(sale.incarnation, sale.number)}: ${reason}`)
    const approvedBy = await askConsent(this.#till, { permission: 'refund', reason: question })
    if (approvedBy === undefined) return false
    try {
      const isByCard = sale.payments.some(isCardPayment)
      const order = { lines, method: isByCard ? ('card' as const) : ('cash' as const) }
      const plan = planTillRefund(await readCorrectedSale(databases, sale), order, 1)
      if (!plan.ok) throw new Error(plan.problems.map(({ message }) => message).join('; '))
      const id = crypto.randomUUID().replaceAll('-', '')
      const exchange = exchangeOf({ id, sale, reason, approvedBy, trace: newActTrace() }, plan.sold)
      return await this.#selling.putExchange(exchange)
    } catch (error) {
      notices.warn(msg(str`Nothing was taken back: ${failureWords(error)}`))
      return false
    }
  }

  /** True when the goods can still come back, before anything is paid; else the cashier is told. */
  async canGoOn(exchange: CartExchange): Promise<boolean> {
    const { databases, notices } = this.#till
    const sale = await readEntry(databases, exchange.sale._id)
    const isOpen =
      sale?.type === 'sale' && stillComesBack(exchange, sale, balancesOf(await readCorrectedSale(databases, sale)))
    if (!isOpen) notices.warn(msg('Goods of this exchange were given back meanwhile. Take them out of the cart.'))
    return isOpen
  }

  /** The cart with its refund in the journal. Throws when it could not be recorded. */
  async recordRefund(cart: Cart): Promise<Cart> {
    const { exchange } = cart
    if (exchange === undefined) return cart
    const refund = (await this.#known(exchange)) ?? (await this.#record(cart, exchange))
    const known = { ...cart, exchange: { ...exchange, refund: refund._id } }
    // A failure here is no failure of the refund: it is found again.
    await this.#selling.keep(known)
    return known
  }

  async #record(cart: Cart, exchange: CartExchange): Promise<Refund> {
    const { enrolment, catalog, author } = this.#till
    const { rules } = this.#selling
    if (enrolment === undefined || catalog?.store === undefined || rules === undefined) {
      throw new Error('the till is not set up')
    }
    const { store } = catalog
    const { grossMinor } = priceCart(cart, rules)
    const sold = exchangeRefund(exchange, grossMinor, { currency: store.currency, coinMinor: store.cashIncrementMinor })
    const { sale, reason, approvedBy, trace, id } = exchange
    const context = { store, enrolment, by: author, trace }
    return recordEntry(this.#till, refundDraft(context, { sale, sold, reason, approvedBy, exchange: { id } }))
  }

  async #known({ id, sale }: CartExchange): Promise<Refund | undefined> {
    const corrections = await readCorrections(this.#till.databases, sale._id)
    return corrections.find((entry): entry is Refund => entry.type === 'refund' && entry.exchange?.id === id)
  }
}
