/** The audit trail: search, alarms, and whether it can be believed. */
import { html, nothing } from 'lit'
import { ConsoleView } from './console-view.ts'
import { hrefOf } from '../data/route.ts'
import './audit-alarms.ts'
import './audit-chains.ts'
import './audit-entry-view.ts'
import './audit-search.ts'

const tabs = [
  ['entries', 'Search'],
  ['chains', 'Verify'],
  ['alarms', 'Alarms'],
] as const

export class TmAuditView extends ConsoleView {
  protected override render() {
    const [, what = 'entries'] = this.route.path
    if (what === 'entry')
      return html`<tm-audit-entry-view .console=${this.console} .route=${this.route}></tm-audit-entry-view>`
    return html`<div class="page">
      <h1>Audit</h1>
      <nav class="tabs" aria-label="Parts of the audit">
        ${tabs.map(
          ([id, label]) =>
            html`<a href=${hrefOf(['audit', id])} aria-current=${id === what ? 'page' : nothing} data-testid="tab-${id}"
              >${label}</a
            >`,
        )}
      </nav>
      ${this.#renderTab(what)}
    </div>`
  }

  #renderTab(what: string) {
    if (what === 'chains')
      return html`<tm-audit-chains .console=${this.console} .route=${this.route}></tm-audit-chains>`
    if (what === 'alarms')
      return html`<tm-audit-alarms .console=${this.console} .route=${this.route}></tm-audit-alarms>`
    return html`<tm-audit-search .console=${this.console} .route=${this.route}></tm-audit-search>`
  }
}
customElements.define('tm-audit-view', TmAuditView)
