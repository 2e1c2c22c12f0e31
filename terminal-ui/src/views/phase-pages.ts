/** What is on screen while the till is not selling: one page for each phase. */
import { msg, str } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import type { Till } from '../contexts/till.ts'
import type { SyncStatus } from '../data/sync-status.ts'
import './message-view.ts'
import { saveReceipts } from './save-receipts.ts'
import type { ViewLoader } from './view-loader.ts'

/** Most starts are of a till that was set up long ago. */
const setup = { load: () => import('./setup-view.ts') }

export function phasePage(till: Till, loader: ViewLoader): TemplateResult {
  switch (till.phase) {
    case 'elsewhere':
      return elsewherePage(till)
    case 'broken':
      return brokenPage(till)
    case 'newer':
      return newerPage(till)
    case 'setup':
      return loader.readinessOf(setup) === 'ready'
        ? html`<tm-setup-view .till=${till}></tm-setup-view>`
        : html`<tm-message-view icon="store" heading=${msg('Looking for the store hub…')} busy></tm-message-view>`
    case 'loading':
      return loadingPage(till)
    default:
      return html`<tm-message-view icon="store" heading=${msg('Opening the till…')} busy></tm-message-view>`
  }
}

function elsewherePage(till: Till) {
  return html`<tm-message-view
    icon="store"
    heading=${msg('The till is open in another tab')}
    text=${msg('One tab sells at a time, so that every receipt number is used once. This one opens when the other is closed. If you take over, the other tab stops and nothing is lost.')}
    action=${msg('Take over here')}
    @tm-action=${() => void till.start(true)}
  ></tm-message-view>`
}

function brokenPage(till: Till) {
  return html`<tm-message-view
    icon="alert"
    heading=${msg('This browser’s storage can’t be opened')}
    text=${msg(str`Nothing was deleted. Close other windows of the till, leave private browsing, or make room on the disk; then try again. (${till.failure})`)}
    action=${msg('Try again')}
    .secondAction=${msg('Save the receipts')}
    @tm-action=${() => window.location.reload()}
    @tm-second-action=${() => void saveReceipts(till)}
  ></tm-message-view>`
}

function newerPage(till: Till) {
  return html`<tm-message-view
    icon="alert"
    heading=${msg('A newer version of the till was used here')}
    text=${msg('What it keeps on this device can’t be read by this older version, and is left as it is. Update the store hub, then try again. Receipts that were not sent can be saved as a file and brought to the hub.')}
    action=${msg('Try again')}
    .secondAction=${msg('Save the receipts')}
    @tm-action=${() => window.location.reload()}
    @tm-second-action=${() => void saveReceipts(till)}
  ></tm-message-view>`
}

function loadingPage(till: Till) {
  const status = till.syncStatus
  const loading = status?.loading
  return html`<tm-message-view
    icon="store"
    heading=${msg('Loading the catalogue')}
    .text=${status === undefined ? '' : loadingWords(status, till.enrolment?.storeId ?? '')}
    .documents=${loading?.documents ?? till.index.size}
    .total=${loading?.total}
    action=${status?.lockedOut ? msg('Set up this till again') : ''}
    busy
    @tm-action=${() => void till.leaveEnrolment()}
  ></tm-message-view>`
}

function loadingWords(status: SyncStatus, storeId: string): string {
  if (status.lockedOut) return msg('The hub no longer accepts this till: it was revoked.')
  if (status.lastError !== null) {
    return msg(str`The catalogue can’t be fetched yet: ${status.lastError}. Trying again…`)
  }
  if (status.lastSyncAt !== null && status.loading === null && !status.running) {
    return msg(
      str`The hub answers, but head office has not sent the settings of store ${storeId} yet. Waiting for them…`,
    )
  }
  return msg('The till starts selling as soon as the catalogue and the store’s settings are here.')
}
