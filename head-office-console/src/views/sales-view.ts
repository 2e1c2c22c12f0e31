/** What is sold today, as it is sold; and any receipt by its number. */
import { css, html, nothing } from 'lit'
import '../components/bar-chart.ts'
import { icon } from '../components/icon.ts'
import { chip, empty, stateOf } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { SaleFeed } from '../contexts/sale-feed.ts'
import { GroupTotals, pageOf, Receipt, Store, type GroupRow, type SaleFrame } from '../data/answers.ts'
import { clock, count, dayIn, kindLabel, money, plural } from '../data/format.ts'
import { go, hrefOf } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'
import './receipt-view.ts'

const everyMs = 15_000
const soonMs = 400
const Stores = pageOf(Store)
const Receipts = pageOf(Receipt)

interface StoreDay {
  readonly store: Store
  readonly date: string
  /** One for each currency. */
  readonly totals: readonly GroupRow[]
  readonly hours: readonly GroupRow[]
}

/** What the feed shows, and what was recorded before the feed was opened. */
type Shown = Pick<
  SaleFrame,
  'receipt' | 'entryType' | 'storeId' | 'at' | 'cashierId' | 'currency' | 'grossMinor' | 'flagged'
>

export class TmSalesView extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      .halves {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: var(--tm-space-4);
        align-items: start;
      }
      .days {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(280px, 1fr));
        gap: var(--tm-space-4);
      }
      .gross {
        font-size: 1.9rem;
        font-weight: 700;
        line-height: 1.2;
        font-variant-numeric: tabular-nums;
      }
      .lookup input {
        width: 250px;
        max-width: 100%;
      }
      li a {
        display: grid;
        grid-template-columns: 1fr auto auto;
        gap: 0 var(--tm-space-3);
        align-items: center;
        padding: var(--tm-space-2);
        border-radius: var(--tm-radius-m);
        color: inherit;
        text-decoration: none;
      }
      li a:hover {
        background: var(--tm-surface-sunken);
      }
      li[data-fresh] a {
        animation: arrive 2.5s ease-out;
      }
      @keyframes arrive {
        from {
          background: var(--tm-good-soft);
        }
      }
      @media (max-width: 1000px) {
        .halves {
          grid-template-columns: 1fr;
        }
      }
    `,
  ]

  readonly #days = new Loaded(this, (signal) => this.#loadDays(signal), everyMs)
  readonly #earlier = new Loaded(this, (signal) => this.#loadEarlier(signal))
  readonly #feed = new SaleFeed(this, {
    url: `${window.location.origin}/live`,
    token: () => this.console.session.token,
    onFrame: () => this.#refreshSoon(),
  })
  #soon: ReturnType<typeof setTimeout> | undefined

  protected override render() {
    const [, what, receipt] = this.route.path
    if (what === 'receipt' && receipt !== undefined) {
      return html`<tm-receipt-view .console=${this.console} .route=${this.route}></tm-receipt-view>`
    }
    return html`<div class="page">
      <div class="head">
        <div class="row">
          <h1>Sales today</h1>
          ${this.#feed.isOpen ? chip('live', 'good') : chip('not live, connecting…', 'caution')}
        </div>
        ${this.#renderLookup()}
      </div>
      ${stateOf(this.#days, () => void this.#days.reload())}
      <div class="days">${this.#days.value?.map((day) => this.#renderDay(day))}</div>
      ${this.#renderFeed()}
    </div>`
  }

  async #stores(signal: AbortSignal): Promise<readonly Store[]> {
    return (await this.console.client.get('sales', '/stores?limit=100', Stores, signal)).items
  }

  async #loadDays(signal: AbortSignal): Promise<readonly StoreDay[]> {
    const { client } = this.console
    return Promise.all(
      (await this.#stores(signal)).map(async (store) => {
        // The business day of a store is that of its own clock.
        const date = dayIn(store.timeZone)
        const period = `/stores/${store.storeId}/totals?from=${date}&to=${date}`
        const [totals, hours] = await Promise.all([
          client.get('sales', `${period}&by=day`, GroupTotals, signal),
          client.get('sales', `${period}&by=hour`, GroupTotals, signal),
        ])
        return { store, date, totals: totals.items, hours: hours.items }
      }),
    )
  }

  async #loadEarlier(signal: AbortSignal): Promise<readonly Shown[]> {
    const lists = (await this.#stores(signal)).map(({ storeId, timeZone }) =>
      this.console.client.get('sales', `/stores/${storeId}/sales?date=${dayIn(timeZone)}&limit=200`, Receipts, signal),
    )
    const found = (await Promise.all(lists)).flatMap(({ items }) => items)
    return found
      .map(({ type, ...receipt }) => ({ ...receipt, entryType: type }))
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, 30)
  }

  /** Many sales at once are one question. */
  #refreshSoon(): void {
    clearTimeout(this.#soon)
    this.#soon = setTimeout(() => void this.#days.reload(), soonMs)
  }

  #renderLookup() {
    return html`<form class="row lookup" role="search" @submit=${this.#lookUp}>
      <input
        name="receipt"
        aria-label="Receipt number"
        placeholder="Receipt, S001-T01-1-000001"
        required
        data-testid="receipt-number"
      />
      <button type="submit">${icon('search')} Look up</button>
    </form>`
  }

  #lookUp(event: SubmitEvent): void {
    event.preventDefault()
    const receipt = new FormData(event.target as HTMLFormElement).get('receipt')
    if (typeof receipt === 'string' && receipt.trim() !== '') go(['sales', 'receipt', receipt.trim()])
  }

  #renderDay({ store, date, totals, hours }: StoreDay) {
    const [main] = totals
    const currency = main?.currency ?? store.currency
    return html`<section class="card stack" data-testid="day-${store.storeId}" data-gross=${main?.grossMinor ?? 0}>
      <div class="head">
        <h2>${store.name}</h2>
        <span class="soft small">${date}</span>
      </div>
      <div class="row">
        <span class="gross">${money(main?.grossMinor ?? 0, currency)}</span>
        <span class="soft"
          >${plural(main?.sales ?? 0, 'sale')}${
            (main?.refunds ?? 0) + (main?.voids ?? 0) === 0
              ? ''
              : `, ${plural(main?.refunds ?? 0, 'refund')}, ${plural(main?.voids ?? 0, 'void')}`
          }</span
        >
      </div>
      <tm-bar-chart .bars=${barsOf(hours, currency)} caption="Sales of ${store.name} by hour"></tm-bar-chart>
    </section>`
  }

  #renderFeed() {
    const seen = new Set(this.#feed.frames.map(({ receipt }) => receipt))
    const earlier = (this.#earlier.value ?? []).filter(({ receipt }) => !seen.has(receipt))
    const shown: readonly (Shown & { readonly fresh: boolean })[] = [
      ...this.#feed.frames.map((frame) => ({ ...frame, fresh: true })),
      ...earlier.map((receipt) => ({ ...receipt, fresh: false })),
    ]
    return html`<section class="card stack">
      <h2>As they are recorded</h2>
      ${stateOf(this.#earlier, () => void this.#earlier.reload())}
      ${
        shown.length === 0 && this.#earlier.value !== undefined
          ? empty('sales', 'Nothing sold today yet', 'A sale appears here the moment it reaches head office.')
          : html`<ol data-testid="feed">
              ${shown.slice(0, 30).map((one) => this.#renderFrame(one))}
            </ol>`
      }
    </section>`
  }

  #renderFrame({
    receipt,
    entryType,
    storeId,
    at,
    cashierId,
    currency,
    grossMinor,
    flagged,
    fresh,
  }: Shown & { readonly fresh: boolean }) {
    return html`<li data-receipt=${receipt} ?data-fresh=${fresh}>
      <a href=${hrefOf(['sales', 'receipt', receipt])}>
        <span><b>${receipt}</b> <span class="soft small">${storeId} · ${clock(at)} · ${cashierId}</span></span>
        <span class="row">
          ${entryType === 'sale' ? nothing : chip(kindLabel(entryType))} ${flagged ? chip('flagged', 'bad') : nothing}
        </span>
        <b class="number">${currency === null ? count(grossMinor) : money(grossMinor, currency)}</b>
      </a>
    </li>`
  }
}
customElements.define('tm-sales-view', TmSalesView)

/** Hours from the first to the last with sales, at least eight of them, those without sales too. */
function barsOf(hours: readonly GroupRow[], currency: string | null) {
  const byHour = new Map(hours.map((row) => [Number(row.key.slice(11, 13)), row]))
  const known = [...byHour.keys()]
  const first = Math.max(0, Math.min(9, ...known))
  const last = Math.min(23, Math.max(first + 7, ...known))
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).map((hour) => {
    const gross = byHour.get(hour)?.grossMinor ?? 0
    return { label: `${String(hour).padStart(2, '0')}:00`, value: gross, text: money(gross, currency) }
  })
}
