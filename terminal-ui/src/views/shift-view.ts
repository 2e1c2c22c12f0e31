/** The shift: what is in the drawer, cash in and out, the reports, and closing it. */
import { msg, str } from '@lit/localize'
import type { CashMovement, JournalEntry } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import '../components/cash-dialog/cash-dialog.ts'
import '../components/count-dialog/count-dialog.ts'
import '../components/open-shift/open-shift.ts'
import '../components/shift-report/shift-report.ts'
import type { TmCashDialog } from '../components/cash-dialog/cash-dialog.ts'
import type { TmCountDialog } from '../components/count-dialog/count-dialog.ts'
import { icon } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import { denominationsOf, type CountedDenomination } from '../data/denominations.ts'
import { messageOf } from '../data/errors.ts'
import type { StoreFormat } from '../data/format.ts'
import type { CashMove } from '../data/shift-documents.ts'
import type { ClosedShift } from '../data/shift-log.ts'
import type { ShiftReport } from '../data/shift-report.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { shiftStyles } from './shift-styles.ts'

const maxEarlier = 30

@customElement('tm-shift-view')
export class TmShiftView extends LitElement {
  static override styles = [sharedStyles, shiftStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  /** On paper, at the side. */
  @state() private accessor shown: ShiftReport | undefined
  /** The open shift as it is now. */
  @state() private accessor now: ShiftReport | undefined
  @state() private accessor movements: readonly CashMovement[] = []
  @state() private accessor earlier: readonly ClosedShift[] = []
  @query('tm-cash-dialog') private accessor cashDialog!: TmCashDialog
  @query('tm-count-dialog') private accessor countDialog!: TmCountDialog

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
  }

  async #load(): Promise<void> {
    const { shifts, notices } = this.till
    try {
      this.now = await shifts.report()
      this.movements = ((await shifts.content())?.entries ?? []).filter(isMovement).reverse()
      this.earlier = await shifts.closed(maxEarlier)
    } catch (error) {
      notices.warn(msg(str`The shift could not be read: ${messageOf(error)}`))
    }
  }

  async #open(floatMinor: number): Promise<void> {
    await this.till.shifts.open(floatMinor)
    this.shown = undefined
    await this.#load()
  }

  async #move(move: CashMove, format: StoreFormat): Promise<void> {
    // A manager's consent is asked in a dialogue of its own, over the page.
    this.cashDialog.close()
    if (!(await this.till.shifts.moveCash(move, format.money(move.amountMinor)))) return
    if (this.shown?.kind === 'X') this.shown = undefined
    await this.#load()
  }

  async #close(denominations: readonly CountedDenomination[]): Promise<void> {
    const report = await this.till.shifts.close(denominations)
    if (report === undefined) return
    this.countDialog.close()
    this.shown = report
    await this.#load()
  }

  async #showX(): Promise<void> {
    await this.#load()
    this.shown = this.now
  }

  async #showEarlier(shift: ClosedShift): Promise<void> {
    this.shown = await this.till.shifts.report(shift)
  }

  protected override willUpdate(): void {
    this.toggleAttribute('alone', this.shown === undefined)
  }

  protected override render() {
    const { format, catalog, shifts } = this.till
    if (format === undefined || catalog?.store === undefined) return nothing
    const { store } = catalog
    return html`
      <div class="desk">
        ${shifts.current === undefined ? this.#renderWayIn(format) : this.#renderOpen(format)}
        ${this.movements.length === 0 ? nothing : this.#renderMovements(format)}
        ${this.earlier.length === 0 ? nothing : this.#renderEarlier(format)}
      </div>
      ${
        this.shown === undefined
          ? nothing
          : html`<section class="paper" aria-label=${msg('Report')}>
              <div class="tools">
                <button class="primary" data-testid="print-report" @click=${() => window.print()}>
                  ${icon('print')} ${msg('Print')}
                </button>
                <button @click=${() => (this.shown = undefined)}>${msg('Close')}</button>
              </div>
              <tm-shift-report .report=${this.shown} .store=${store} .format=${format}></tm-shift-report>
            </section>`
      }
      <tm-cash-dialog
        .format=${format}
        .busy=${shifts.busy}
        @tm-cash-move=${(event: CustomEvent<CashMove>) => void this.#move(event.detail, format)}
      ></tm-cash-dialog>
      <tm-count-dialog
        .format=${format}
        .busy=${shifts.busy}
        .denominations=${denominationsOf(store.currency, format.decimals, store.cashIncrementMinor)}
        .expectedMinor=${this.now?.figures.expectedMinor ?? 0}
        @tm-count=${(event: CustomEvent<CountedDenomination[]>) => void this.#close(event.detail)}
      ></tm-count-dialog>
    `
  }

  #renderWayIn(format: StoreFormat) {
    return html`<tm-open-shift
      .format=${format}
      .busy=${this.till.shifts.busy}
      @tm-open-shift=${(event: CustomEvent<number>) => void this.#open(event.detail)}
    ></tm-open-shift>`
  }

  #renderOpen(format: StoreFormat) {
    const { shifts, selling } = this.till
    const open = shifts.current
    if (open === undefined) return nothing
    const figures = this.now?.figures
    const takings = this.now?.takings
    const takenMinor = takings === undefined ? 0 : takings.soldMinor - takings.refundedMinor
    const hasGoods = selling.cart.lines.length > 0
    return html`<section class="card" aria-labelledby="title" data-testid="shift-open">
      <div class="head">
        <h1 id="title">${msg('The shift is open')}</h1>
        <span class="soft"
          >${msg(str`since ${format.dateTime(new Date(open.at.slice(0, 24)))}, ${open.by.name ?? open.by.id}`)}</span
        >
      </div>
      <dl class="tiles">
        <div>
          <dt>${msg('Takings')}</dt>
          <dd>${format.money(takenMinor)}</dd>
        </div>
        <div>
          <dt>${msg('Sales')}</dt>
          <dd>${figures?.sales ?? 0}</dd>
        </div>
        <div>
          <dt>${msg('Refunds')}</dt>
          <dd>${figures?.refunds ?? 0}</dd>
        </div>
        <div>
          <dt>${msg('In the drawer')}</dt>
          <dd data-testid="drawer" data-minor=${figures?.expectedMinor ?? 0}>
            ${format.money(figures?.expectedMinor ?? 0)}
          </dd>
        </div>
      </dl>
      <div class="actions">
        <button data-testid="cash-in" @click=${() => this.cashDialog.open('in')}>
          ${icon('plus')} ${msg('Cash in')}
        </button>
        <button data-testid="cash-out" @click=${() => this.cashDialog.open('out')}>
          ${icon('minus')} ${msg('Cash out')}
        </button>
        <button data-testid="x-report" @click=${() => void this.#showX()}>${icon('receipt')} ${msg('X report')}</button>
        <button
          class="primary"
          data-testid="close-shift"
          ?disabled=${hasGoods}
          @click=${() => void this.#load().then(() => this.countDialog.open())}
        >
          ${icon('lock')} ${msg('Close the shift')}
        </button>
      </div>
      ${
        hasGoods
          ? html`<p class="soft">
              ${msg('The cart still has goods in it: finish or clear it before closing the shift.')}
            </p>`
          : nothing
      }
    </section>`
  }

  #renderMovements(format: StoreFormat) {
    return html`<section class="card" aria-labelledby="movements">
      <h2 id="movements">${msg('Cash in and out')}</h2>
      <ul>
        ${this.movements.map(
          (entry) =>
            html`<li class="line">
              <span>${entry.reason}</span>
              <span class="amount"
                >${format.money(entry.direction === 'in' ? entry.amountMinor : -entry.amountMinor)}</span
              >
              <span class="soft">
                ${format.dateTime(new Date(entry.at.slice(0, 24)))} ·
                ${entry.by.name ?? entry.by.id}${
                  entry.approvedBy === undefined
                    ? ''
                    : ` · ${msg(str`approved by ${entry.approvedBy.name ?? entry.approvedBy.id}`)}`
                }
              </span>
            </li>`,
        )}
      </ul>
    </section>`
  }

  #renderEarlier(format: StoreFormat) {
    return html`<section class="card" aria-labelledby="earlier">
      <h2 id="earlier">${msg('Earlier shifts')}</h2>
      <ul>
        ${this.earlier.map((shift) => {
          const { open, close } = shift
          const differenceMinor = close.countedMinor - close.expectedMinor
          return html`<li>
            <button
              data-testid="earlier-shift"
              aria-current=${this.shown?.close?._id === close._id ? 'true' : nothing}
              @click=${() => void this.#showEarlier(shift)}
            >
              <span
                >${format.dateTime(new Date(open.at.slice(0, 24)))} –
                ${format.time(new Date(close.at.slice(0, 24)))}</span
              >
              <span class="amount">${format.money(close.countedMinor)}</span>
              <span class="soft">${close.by.name ?? close.by.id}</span>
              <span class="amount soft ${differenceMinor === 0 ? 'good' : 'bad'}"
                >${differenceMinor === 0 ? msg('no difference') : format.money(differenceMinor)}</span
              >
            </button>
          </li>`
        })}
      </ul>
    </section>`
  }
}

function isMovement(entry: JournalEntry): entry is CashMovement {
  return entry.type === 'cash-movement'
}
