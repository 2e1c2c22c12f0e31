/** The parts of the console, in the order of its navigation. */
import { html, type TemplateResult } from 'lit'
import type { IconName } from '../components/icon.ts'
import type { Console } from '../contexts/console.ts'
import type { Route } from '../data/route.ts'
import './audit-view.ts'
import './conflicts-view.ts'
import './import-view.ts'
import './sales-view.ts'
import './stock-view.ts'
import './stores-view.ts'

export interface Section {
  /** First part of the address. */
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly view: (console: Console, route: Route) => TemplateResult
}

export const sections: readonly Section[] = [
  {
    id: 'stores',
    label: 'Stores',
    icon: 'stores',
    view: (console, route) => html`<tm-stores-view .console=${console} .route=${route}></tm-stores-view>`,
  },
  {
    id: 'sales',
    label: 'Sales',
    icon: 'sales',
    view: (console, route) => html`<tm-sales-view .console=${console} .route=${route}></tm-sales-view>`,
  },
  {
    id: 'stock',
    label: 'Stock',
    icon: 'stock',
    view: (console, route) => html`<tm-stock-view .console=${console} .route=${route}></tm-stock-view>`,
  },
  {
    id: 'conflicts',
    label: 'Conflicts',
    icon: 'conflicts',
    view: (console, route) => html`<tm-conflicts-view .console=${console} .route=${route}></tm-conflicts-view>`,
  },
  {
    id: 'audit',
    label: 'Audit',
    icon: 'audit',
    view: (console, route) => html`<tm-audit-view .console=${console} .route=${route}></tm-audit-view>`,
  },
  {
    id: 'import',
    label: 'Import',
    icon: 'imports',
    view: (console, route) => html`<tm-import-view .console=${console} .route=${route}></tm-import-view>`,
  },
]
