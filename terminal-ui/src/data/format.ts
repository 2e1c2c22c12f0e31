/** Amounts, quantities and times as the store's locale writes them. */
import type { QuantityUnit, Store } from '@tidemark/contracts'

export class StoreFormat {
  /** Digits after the point of the store's currency: 2 for EUR, 0 for JPY. */
  readonly decimals: number
  readonly #money: Intl.NumberFormat
  readonly #kilograms: Intl.NumberFormat
  readonly #percent: Intl.NumberFormat
  readonly #dateTime: Intl.DateTimeFormat
  readonly #time: Intl.DateTimeFormat

  constructor(store: Pick<Store, 'currency' | 'locale' | 'timeZone'>) {
    const { currency, locale, timeZone } = store
    this.#money = new Intl.NumberFormat(locale, { style: 'currency', currency })
    this.decimals = this.#money.resolvedOptions().maximumFractionDigits ?? 2
    this.#kilograms = new Intl.NumberFormat(locale, { style: 'unit', unit: 'kilogram', minimumFractionDigits: 3 })
    this.#percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 })
    this.#dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone })
    this.#time = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone })
  }

  money(amountMinor: number): string {
    // Zero below zero, as a negated nothing is, would be written with a minus.
    return this.#money.format(amountMinor === 0 ? 0 : amountMinor / 10 ** this.decimals)
  }

  /** `(3, 'piece')` → `3`; `(1250, 'gram')` → `1.250 kg`. */
  quantity(quantity: number, unit: QuantityUnit): string {
    return unit === 'gram' ? this.#kilograms.format(quantity / 1000) : String(quantity)
  }

  /** Price of one piece, or of a kilogram. */
  unitPrice(priceMinor: number, unit: QuantityUnit): string {
    return unit === 'gram' ? `${this.money(priceMinor)}/kg` : this.money(priceMinor)
  }

  percent(basisPoints: number): string {
    return this.#percent.format(basisPoints / 10_000)
  }

  dateTime(at: Date): string {
    return this.#dateTime.format(at)
  }

  time(at: Date): string {
    return this.#time.format(at)
  }
}
