/** Takes a snapshot of the system for the page, by asking its parts as any client would. */
import { receiptNumberOf } from '@tidemark/contracts'
import type { Static, TSchema } from 'typebox'
import { ask, type Answer } from '../ask.ts'
import { hubName } from '../process-specs.ts'
import type { System, SystemStore } from '../system.ts'
import { answers, type ReceiptAnswer } from './answers.ts'
import type { ArrivedReceipt, Snapshot, StockRow, StoreAudit, StoreDay, StoreSnapshot } from './snapshot-types.ts'

/** Verifying a chain of signatures is work; the service is not asked for it each second. */
const auditMaxAgeMs = 5000
/** How long a snapshot is good for: two people who look at the page do not ask twice. */
const maxAgeMs = 700
const shownReceipts = 8
const shownSkus = 5
const maxKnownReceipts = 500
/** Of the demo's stores; their documents say the same. */
const timeZone = 'Europe/Dublin'

export function createSnapshots(system: System, addresses: Snapshot['addresses']): () => Promise<Snapshot> {
  // A receipt never changes, so each is asked for once.
  const known = new Map<string, ReceiptAnswer>()
  const audits = new Map<string, Promise<StoreAudit>>()
  const auditOf = (store: SystemStore): Promise<StoreAudit> => {
    const audit = audits.get(store.storeId) ?? storeAudit(system, store)
    if (!audits.has(store.storeId)) setTimeout(() => audits.delete(store.storeId), auditMaxAgeMs).unref()
    audits.set(store.storeId, audit)
    return audit
  }
  let current: { readonly takenAt: number; readonly snapshot: Promise<Snapshot> } | undefined

  return () => {
    if (current === undefined || performance.now() - current.takenAt > maxAgeMs) {
      current = { takenAt: performance.now(), snapshot: take(system, addresses, known, auditOf) }
    }
    return current.snapshot
  }
}

async function take(
  system: System,
  addresses: Snapshot['addresses'],
  known: Map<string, ReceiptAnswer>,
  auditOf: (store: SystemStore) => Promise<StoreAudit>,
): Promise<Snapshot> {
  const { stores, urls } = system
  const [storeSnapshots, days, receipts, audit, openConflicts] = await Promise.all([
    Promise.all(stores.map((store) => storeSnapshot(system, store))),
    Promise.all(stores.map((store) => storeDay(system, store))),
    newestReceipts(system, known),
    Promise.all(stores.map(auditOf)),
    countOpenConflicts(system),
  ])
  return {
    at: new Date().toISOString(),
    stores: storeSnapshots,
    headOffice: {
      consoleUrl: urls.console,
      days,
      receipts: receipts.map((receipt) => arrived(receipt, urls.traces)),
      stock: await stockOf(system, receipts),
      audit,
      openConflicts,
    },
    processes: system.supervisor.list(),
    addresses,
  }
}

async function askService<Schema extends TSchema>(
  { issuer, urls }: System,
  service: keyof System['urls']['services'],
  schema: Schema,
  path: string,
): Promise<Answer<Static<Schema>>> {
  return ask(schema, urls.services[service] + path, (await issuer.managerToken()).token)
}

async function storeSnapshot(system: System, store: SystemStore): Promise<StoreSnapshot> {
  const hub = system.supervisor.list().find((process) => process.name === hubName(store.storeId)) ?? null
  const status = hub?.state === 'running' ? await ask(answers.hubStatus, `${store.hubUrl}/api/status`) : undefined
  return {
    storeId: store.storeId,
    name: store.name,
    tillUrl: `${store.hubUrl}/`,
    isWanUp: store.isWanUp,
    hub,
    status: status?.kind === 'found' ? status.body : null,
  }
}

async function storeDay(system: System, { storeId, name }: SystemStore): Promise<StoreDay> {
  const date = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date())
  const answer = await askService(system, 'sales', answers.day, `/stores/${storeId}/days/${date}`)
  if (answer.kind === 'silent') return { storeId, name, date, total: null }
  const { sales, grossMinor, currency } =
    answer.kind === 'found' ? answer.body : { sales: 0, grossMinor: 0, currency: null }
  return { storeId, name, date, total: { sales, grossMinor, currency: currency ?? 'EUR' } }
}

async function newestReceipts(system: System, known: Map<string, ReceiptAnswer>): Promise<ReceiptAnswer[]> {
  const series = await Promise.all(
    system.stores.map((store) => askService(system, 'sales', answers.series, `/stores/${store.storeId}/series`)),
  )
  const numbers = series
    .flatMap((answer) => (answer.kind === 'found' ? answer.body.items : []))
    .flatMap(({ incarnation, last }) =>
      Array.from({ length: Math.min(last, shownReceipts) }, (_, back) => receiptNumberOf(incarnation, last - back)),
    )
  const receipts = await Promise.all(numbers.map((number) => receiptOf(system, number, known)))
  return receipts
    .filter((receipt) => receipt !== undefined)
    .filter((receipt) => receipt.entry.type === 'sale')
    .sort((a, b) => b.recordedAt.localeCompare(a.recordedAt) || b.receipt.localeCompare(a.receipt))
    .slice(0, shownReceipts)
}

async function receiptOf(
  system: System,
  number: string,
  known: Map<string, ReceiptAnswer>,
): Promise<ReceiptAnswer | undefined> {
  const found = known.get(number)
  if (found !== undefined) return found
  const answer = await askService(system, 'sales', answers.receipt, `/receipts/${number}`)
  if (answer.kind !== 'found') return undefined
  if (known.size >= maxKnownReceipts) known.clear()
  known.set(number, answer.body)
  return answer.body
}

function arrived({ receipt, recordedAt, traceId, entry }: ReceiptAnswer, tracesUrl: string): ArrivedReceipt {
  return {
    receipt,
    storeId: entry.storeId,
    soldAt: entry.at.slice(0, 24),
    recordedAt,
    dueMinor: entry.totals?.dueMinor ?? 0,
    currency: entry.currency ?? 'EUR',
    pieces: (entry.lines ?? []).reduce((total, line) => total + (line.unit === 'piece' ? line.quantity : 1), 0),
    traceUrl: traceId === null ? null : `${tracesUrl}/traces/${traceId}`,
  }
}

/** Stock of the products sold last, in every store. */
async function stockOf(system: System, receipts: readonly ReceiptAnswer[]): Promise<StockRow[]> {
  const lines = new Map(receipts.flatMap((receipt) => (receipt.entry.lines ?? []).map((line) => [line.sku, line])))
  return Promise.all(
    [...lines.values()].slice(0, shownSkus).map(async ({ sku, name, unit }) => ({
      sku,
      name,
      unit,
      stores: await Promise.all(system.stores.map((store) => onHandIn(system, store.storeId, sku))),
    })),
  )
}

async function onHandIn(system: System, storeId: string, sku: string): Promise<StockRow['stores'][number]> {
  const path = `/stores/${storeId}/stock/${encodeURIComponent(sku)}`
  const answer = await askService(system, 'inventory', answers.stock, path)
  return { storeId, onHand: answer.kind === 'found' ? answer.body.onHand : null }
}

async function storeAudit(system: System, { storeId, name }: SystemStore): Promise<StoreAudit> {
  const answer = await askService(system, 'sync-log', answers.chain, `/stores/${storeId}/chain`)
  if (answer.kind !== 'found') {
    return { storeId, name, state: answer.kind === 'absent' ? 'none' : 'unknown', entries: 0 }
  }
  const entries = answer.body.epochs.reduce((total, epoch) => total + epoch.entries, 0)
  return { storeId, name, state: answer.body.verified ? 'verified' : 'broken', entries }
}

async function countOpenConflicts(system: System): Promise<number | null> {
  const answer = await askService(system, 'conflicts', answers.conflicts, '/conflicts?status=open&limit=100')
  if (answer.kind === 'silent') return null
  return answer.kind === 'found' ? answer.body.items.length : 0
}
