/**
 * The sections of the till, in the order in which the navigation shows them. A new one is a file in this folder and an entry here;
 * all but selling are fetched when they are first opened.
 */
import { msg } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import type { IconName } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import '../components/open-shift/open-shift.ts'
import './sell-view.ts'

export interface Section {
  /** Also the address, `/#receipts`. */
  readonly id: string
  readonly label: () => string
  readonly icon: IconName
  /** Who may open it: a manager may open everything. */
  readonly role: 'cashier' | 'manager'
  /** Fetches the view; absent when it is there from the start. */
  readonly load?: () => Promise<unknown>
  readonly render: (till: Till) => TemplateResult
}

export const sections: readonly Section[] = [
  {
    id: 'sell',
    label: () => msg('Sell'),
    icon: 'cart',
    role: 'cashier',
    render: renderSelling,
  },
  {
    id: 'receipts',
    label: () => msg('Receipts'),
    icon: 'receipt',
    role: 'cashier',
    load: () => import('./receipts-view.ts'),
    render: (till) => html`<tm-receipts-view .till=${till}></tm-receipts-view>`,
  },
  {
    id: 'stock',
    label: () => msg('Stock'),
    icon: 'box',
    role: 'cashier',
    load: () => import('./stock-view.ts'),
    render: (till) => html`<tm-stock-view .till=${till}></tm-stock-view>`,
  },
  {
    id: 'products',
    label: () => msg('Products'),
    icon: 'tag',
    role: 'manager',
    load: () => import('./products-view.ts'),
    render: (till) => html`<tm-products-view .till=${till}></tm-products-view>`,
  },
  {
    id: 'conflicts',
    label: () => msg('Conflicts'),
    icon: 'fork',
    role: 'manager',
    load: () => import('./conflicts-view.ts'),
    render: (till) => html`<tm-conflicts-view .till=${till}></tm-conflicts-view>`,
  },
  {
    id: 'sync',
    label: () => msg('Sync'),
    icon: 'arrows',
    role: 'cashier',
    load: () => import('./sync-view.ts'),
    render: (till) => html`<tm-sync-view .till=${till}></tm-sync-view>`,
  },
  {
    id: 'shift',
    label: () => msg('Shift'),
    icon: 'drawer',
    role: 'cashier',
    load: () => import('./shift-view.ts'),
    render: (till) => html`<tm-shift-view .till=${till}></tm-shift-view>`,
  },
  {
    id: 'settings',
    label: () => msg('Settings'),
    icon: 'sliders',
    role: 'cashier',
    load: () => import('./settings-view.ts'),
    render: (till) => html`<tm-settings-view .till=${till}></tm-settings-view>`,
  },
]

/** Where the store says so, selling needs an open shift; the receipt of a sale that was finished is shown all the same. */
function renderSelling(till: Till): TemplateResult {
  const { shifts, selling, format, catalog } = till
  const isClosed = catalog?.store?.requiresShift === true && shifts.current === undefined
  if (!isClosed || selling.receipt !== undefined || format === undefined) {
    return html`<tm-sell-view .till=${till}></tm-sell-view>`
  }
  return html`<tm-open-shift
    .format=${format}
    .busy=${shifts.busy}
    @tm-open-shift=${(event: CustomEvent<number>) => void shifts.open(event.detail)}
  ></tm-open-shift>`
}
