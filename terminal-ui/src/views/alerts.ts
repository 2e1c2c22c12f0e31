/** The lines under the bar, when something about this till needs a person. Selling goes on under every one of them. */
import { msg, str } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import { icon } from '../components/icon/icon.ts'
import { clockWords } from '../components/sync-badge/status-words.ts'
import type { Till } from '../contexts/till.ts'
import { clockWarningMs, failuresBeforeAlert, type SyncStatus } from '../data/sync-status.ts'
import { saveReceipts } from './save-receipts.ts'

/** Most pressing first; more than two would leave no room to sell. */
const maxAlerts = 2

export function alertsOf(till: Till, showSync: () => void): TemplateResult[] {
  const status = till.syncStatus
  const details = html`<button @click=${showSync}>${msg('Details')}</button>`
  const alerts = [
    storageAlert(till, details),
    returnAlert(till),
    status === undefined ? undefined : hubAlert(till, status, details),
    status === undefined ? undefined : clockAlert(status, details),
    updateAlert(till),
  ]
  return alerts.filter((found) => found !== undefined).slice(0, maxAlerts)
}

function storageAlert(till: Till, details: TemplateResult): TemplateResult | undefined {
  const { level } = till.storage.report
  if (level === 'full') {
    return alert(
      msg(
        'There is no room left on this device, so sales can’t be recorded. Free some space on the disk, or clear the local cache once everything is sent.',
      ),
      html`<button data-testid="save-all" @click=${() => void saveReceipts(till)}>${msg('Save the receipts')}</button>
        ${details}`,
    )
  }
  if (level !== 'low') return undefined
  return alert(msg('The storage of this device is getting full. Free some space on the disk before it is.'), details)
}

function returnAlert({ cardReturns }: Till): TemplateResult | undefined {
  if (cardReturns.pending === undefined) return undefined
  const text = cardReturns.busy
    ? msg('Money goes back to a card. Waiting for the card terminal…')
    : msg('Money may have gone back to a card: the card terminal’s answer is not known.')
  return alert(
    text,
    html`<button
      data-testid="ask-again-return"
      ?disabled=${cardReturns.busy}
      @click=${() => void cardReturns.askAgain()}
    >
      ${msg('Ask again')}
    </button>`,
  )
}

function updateAlert({ update, payments }: Till): TemplateResult | undefined {
  if (update.state !== 'waiting') return undefined
  return html`<div class="alert news" role="status" data-testid="update-waiting">
    ${icon('info')}
    <p>${msg('A new version of the till is ready. It starts by itself when the till is idle; the cart is kept.')}</p>
    <button data-testid="update-now" ?disabled=${payments.busy !== undefined} @click=${() => update.apply()}>
      ${msg('Start it now')}
    </button>
  </div>`
}

function clockAlert(status: SyncStatus, details: TemplateResult): TemplateResult | undefined {
  if (Math.abs(status.clockSkewMs ?? 0) < clockWarningMs) return undefined
  return alert(
    msg(
      str`The clock of this device is wrong: ${clockWords(status.clockSkewMs)}. Receipts would show the wrong time. Set it, or let the device set it by itself.`,
    ),
    details,
  )
}

function hubAlert(till: Till, status: SyncStatus, details: TemplateResult): TemplateResult | undefined {
  const setUpAgain = () => void till.leaveEnrolment()
  if (status.strangeHub !== null) {
    return alert(
      msg(
        str`This address is now the hub of store ${status.strangeHub}, and this till belongs to ${till.enrolment?.storeId}. Nothing is sent there. Go on selling, and have the network looked at.`,
      ),
      details,
    )
  }
  if (status.lockedOut) {
    return alert(
      msg('The hub no longer accepts this till: it was revoked. Sales are still recorded here.'),
      html`<button @click=${setUpAgain}>${msg('Set up again')}</button> ${details}`,
    )
  }
  if (status.replaced) {
    return alert(
      replacedWords(status),
      html`<button ?disabled=${status.unsentReceipts > 0} @click=${setUpAgain}>${msg('Set up again')}</button>`,
    )
  }
  if (status.hubReadOnly !== null) {
    return alert(
      msg(str`The hub takes nothing in at the moment: ${status.hubReadOnly}. Go on selling: everything is kept here.`),
      details,
    )
  }
  if (status.failures < failuresBeforeAlert && !status.unsent.some((item) => item.state === 'failed')) return undefined
  return alert(failureWords(status), details)
}

function alert(text: string, action: TemplateResult) {
  return html`<div class="alert" role="alert">
    ${icon('alert')}
    <p>${text}</p>
    ${action}
  </div>`
}

function replacedWords(status: SyncStatus): string {
  return status.unsentReceipts === 0
    ? msg('Another device has taken over this lane. Everything sold here was sent.')
    : msg('Another device has taken over this lane. The receipts made here are still being sent.')
}

function failureWords(status: SyncStatus): string {
  const refused = status.unsent.filter((item) => item.refused).length
  if (status.online && refused > 0) return refusedWords(refused)
  const safe = safeWords(status.unsentReceipts)
  const what = status.online
    ? msg('Some changes could not be sent to the hub. They are tried again every 30 seconds.')
    : msg('The store hub does not answer. Go on selling.')
  return `${what}${safe}`
}

function refusedWords(refused: number): string {
  const what =
    refused === 1
      ? msg('The hub does not accept 1 document of this till.')
      : msg(str`The hub does not accept ${refused} documents of this till.`)
  return `${what} ${msg('Nothing is lost: it stays here and is offered again. Tell the store’s manager.')}`
}

function safeWords(receipts: number): string {
  if (receipts === 0) return ''
  const words =
    receipts === 1
      ? msg('1 receipt is safe on this till and will be sent.')
      : msg(str`${receipts} receipts are safe on this till and will be sent.`)
  return ` ${words}`
}
