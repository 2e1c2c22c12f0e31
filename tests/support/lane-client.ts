/** A till without a screen: it enrols over the hub's API and writes what it is told to, valid or not. */
import { createHash, randomBytes } from 'node:crypto'
import {
  clockNodeOfTerminal,
  documentHash,
  formatStamp,
  formatTraceparent,
  genesisHash,
  journalId,
  lineTotals,
  makeDeviceKey,
  newTraceContext,
  publicKeyOf,
  requestDeviceToken,
  saleTotals,
  salesDatabaseOf,
  schemaVersion,
  sealEntry,
  type Enrolment,
  type EnrolmentRequest,
  type Product,
} from '@tidemark/contracts'

const answerTimeoutMs = 30_000

export type Document = Readonly<Record<string, unknown>> & { readonly _id: string }

export interface BulkRow {
  readonly id: string
  readonly error?: string
  readonly reason?: string
}

export interface LaneClient {
  readonly enrolment: Enrolment
  /** Header of its requests, good for a quarter of an hour. */
  readonly authorization: { readonly authorization: string }
  /** A valid sale of one piece, the next in this lane's series. */
  sale(product: Product): Document
  /** Pushes documents as replication does. Only those that were not stored have a row, as the protocol has it. */
  push(documents: readonly Document[]): Promise<BulkRow[]>
  /** The journal as the hub holds it: hash by document id. */
  journal(): Promise<Map<string, string>>
}

export async function enrolLane(hubUrl: string, lane: number, businessDate: string): Promise<LaneClient> {
  const key = await makeDeviceKey()
  const request = { lane, label: 'end-to-end run', publicKey: await publicKeyOf(key) } satisfies EnrolmentRequest
  const enrolment = (await post(`${hubUrl}/api/terminals`, request, {})) as Enrolment
  const { token } = await requestDeviceToken((path, body) => post(hubUrl + path, body, {}), enrolment.incarnation, key)
  const authorization = { authorization: `Bearer ${token}` }
  const database = salesDatabaseOf(businessDate)
  let head = { number: 0, hash: genesisHash }

  return {
    enrolment,
    authorization,
    sale(product) {
      const sealed = sealEntry(saleBody(enrolment, product, head.number + 1, businessDate), head.hash)
      head = { number: sealed.number, hash: sealed.hash }
      return sealed
    },
    async push(documents) {
      const created = await fetch(`${hubUrl}/db/${database}`, { method: 'PUT', headers: authorization })
      await created.body?.cancel()
      if (!created.ok && created.status !== 412) throw new Error(`creating ${database} answered ${created.status}`)
      const docs = documents.map(asFirstRevision)
      return (await post(`${hubUrl}/db/${database}/_bulk_docs`, { docs, new_edits: false }, authorization)) as BulkRow[]
    },
    async journal() {
      const url = `${hubUrl}/db/${database}/_all_docs?include_docs=true&limit=10000`
      const response = await fetch(url, { headers: authorization, signal: AbortSignal.timeout(answerTimeoutMs) })
      if (!response.ok) throw new Error(`${url} answered ${response.status}`)
      const { rows } = (await response.json()) as { rows: { id: string; doc: { hash: string } }[] }
      return new Map(rows.map((row) => [row.id, row.doc.hash]))
    },
  }
}

/** The same sale with a total that its lines do not add up to, sealed again, so that nothing but the arithmetic is wrong. */
export function withWrongTotal(sale: Document): Document {
  const totals = { ...(sale['totals'] as Record<string, number>), grossMinor: 1 }
  const changed = { ...sale, totals }
  return { ...changed, hash: documentHash(changed) }
}

/** A replicator gives a document the revision that it has at the source; any well-formed one will do. */
function asFirstRevision(document: Document): Document {
  const digest = createHash('md5').update(JSON.stringify(document)).digest('hex')
  return { ...document, _rev: `1-${digest}`, _revisions: { start: 1, ids: [digest] } }
}

function saleBody(
  { storeId, terminalId, incarnation }: Enrolment,
  product: Product,
  number: number,
  businessDate: string,
) {
  const pricing = {
    unitPriceMinor: product.priceMinor,
    quantity: 1,
    unit: product.unit,
    discountMinor: 0,
    taxRateBasisPoints: 2300,
    taxIncluded: true,
  }
  const line = { lineNumber: 1, sku: product.sku, name: product.name, taxCode: product.taxCode, ...pricing }
  const totals = saleTotals([lineTotals(pricing)], 1)
  const cash = { method: 'cash', amountMinor: totals.dueMinor, tenderedMinor: totals.dueMinor, changeMinor: 0 }
  const nowMs = Date.now()
  return {
    _id: journalId(incarnation, number),
    type: 'sale',
    schemaVersion,
    storeId,
    terminalId,
    incarnation,
    number,
    businessDate,
    at: formatStamp({ wallMs: nowMs, counter: 0 }, clockNodeOfTerminal(terminalId)),
    by: { id: 'robot', role: 'cashier' },
    trace: {
      traceparent: formatTraceparent(newTraceContext((count) => randomBytes(count))),
      startTime: new Date(nowMs).toISOString(),
      durationMs: 1,
    },
    currency: product.currency,
    lines: [{ ...line, ...lineTotals(pricing) }],
    totals,
    payments: [cash],
  }
}

async function post(url: string, body: unknown, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerTimeoutMs),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text)
}
