/**
 * Head office's refunds of a store: written into the store's sales database at central, from where they replicate down.
 *
 *     request ──► claim: number, hash and the whole entry, in one document ──► write at central ──► record ──► settle the claim
 *                    └──────── whoever comes next, after a crash too, first finishes what is claimed ────────┘
 *
 * 1. The claim is one document with a revision: two requests, or two processes, never get one number.
 * 2. A claimed entry is written before another number is claimed, so the series has no gap.
 * 3. A request that is repeated finds its refund by `requestId` and gets it again.
 * 4. When the claims' document was lost, or is older than central, the series goes on after what central has.
 */
import type { FastifyBaseLogger } from 'fastify'
import {
  centralDatabaseOf,
  createClock,
  genesisHash,
  HEAD_OFFICE,
  headOfficeIncarnationOf,
  journalId,
  judgeRefunds,
  parseCentralDatabase,
  parseIncarnation,
  planRefund,
  salesDatabaseOf,
  schemaVersion,
  sealEntry,
  type Refund,
  type RefundJudgement,
  type RefundOrder,
  type RefundProblem,
  type Sale,
} from '@tidemark/contracts'
import {
  ensureDatabase,
  listDatabases,
  UnavailableError,
  type CouchClient,
  type CouchDatabase,
  type HandleBatch,
  type Principal,
} from '@tidemark/service-kit'
import { Type } from 'typebox'
import type { LedgerEntry } from '../domain/ledger-entry.ts'
import type { Ledger } from '../stores/ledger-store.ts'

export interface RefundRequest extends RefundOrder {
  readonly requestId: string
  readonly reason: string
}

export type RefundResult =
  | { readonly kind: 'refunded'; readonly refund: Refund; readonly isRepeat: boolean }
  | { readonly kind: 'impossible'; readonly problems: readonly RefundProblem[] }

export interface RefundSeries {
  /** Carries out a refund of a recorded sale; everything that is left of it unless lines are given. */
  issue(sale: Sale, request: RefundRequest, principal: Principal): Promise<RefundResult>
  /** Finishes what a process before this one claimed and did not write. */
  finishAll(): Promise<void>
}

export interface RefundSeriesParts {
  readonly client: CouchClient
  readonly database: CouchDatabase
  readonly ledger: Ledger
  readonly handle: HandleBatch
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
}

/** The last number that was claimed, and its entry until that is written at central and recorded. */
interface Claim extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'refund-claim'
  readonly storeId: string
  readonly number: number
  readonly hash: string
  readonly pending: Refund | null
}

const claimPrefix = 'refund-claim:'
const maxTries = 10
const Rows = Type.Object({
  rows: Type.Array(
    Type.Object({ doc: Type.Object({ _id: Type.String(), number: Type.Integer(), hash: Type.String() }) }),
  ),
})

export function openRefundSeries(parts: RefundSeriesParts): RefundSeries {
  const { client, database, ledger, handle, logger, now } = parts
  const clock = createClock(HEAD_OFFICE, () => now().getTime())

  async function issue(sale: Sale, request: RefundRequest, principal: Principal): Promise<RefundResult> {
    const { storeId } = sale
    for (let attempt = 0; attempt < maxTries; attempt += 1) {
      const present = await database.get(claimPrefix + storeId)
      const claim = (present as Claim | undefined) ?? (await claimAfterCentral(storeId))
      if (claim.pending !== null) {
        await finish(claim)
        continue
      }
      const earlier = await findRequest(storeId, request.requestId)
      if (earlier !== undefined) return repeat(earlier, sale)
      const plan = planRefund(sale, (await judgementOf(sale)).balances, request)
      if (!plan.ok) return { kind: 'impossible', problems: plan.problems }
      const refund = await writeEntry(claim, sale, request, principal, plan.sold)
      const next: Claim = { ...claim, number: refund.number, hash: refund.hash, pending: refund }
      const [written] = await database.bulkInsert([next])
      if (written?.kind === 'failed') throw new Error(`the refund could not be claimed: ${written.reason}`)
      if (written?.kind === 'stored' && (await finish({ ...next, _rev: written.rev }))) {
        return { kind: 'refunded', refund, isRepeat: false }
      }
    }
    throw new UnavailableError('couchdb', `refunds of ${storeId} are being claimed all the time`)
  }

  async function judgementOf(sale: Sale): Promise<RefundJudgement> {
    const records = await ledger.refundRecords([sale._id])
    const refundRecord = records.get(sale._id)
    const voids = await ledger.voidRecords([sale._id, ...(refundRecord?.refunds.map(({ id }) => id) ?? [])])
    return judgeRefunds(sale, refundRecord?.refunds ?? [], (id) => voids.has(id))
  }

  async function writeEntry(
    claim: Claim,
    sale: Sale,
    request: RefundRequest,
    principal: Principal,
    sold: Pick<Refund, 'currency' | 'lines' | 'totals' | 'payments'>,
  ): Promise<Refund> {
    const { storeId } = sale
    const incarnation = headOfficeIncarnationOf(storeId)
    const terminalId = parseIncarnation(incarnation)?.terminalId ?? ''
    const number = claim.number + 1
    // A refund is never older than its sale, whatever the till's clock said.
    clock.observe(sale.at)
    const body = {
      _id: journalId(incarnation, number),
      type: 'refund' as const,
      schemaVersion,
      storeId,
      at: clock.now(),
      by: authorOf(principal),
      terminalId,
      incarnation,
      number,
      businessDate: localDate(now(), await ledger.timeZone(storeId)),
      refundOf: sale._id,
      requestId: request.requestId,
      reason: request.reason,
      ...(sale.customerReference === undefined ? {} : { customerReference: sale.customerReference }),
      ...sold,
    }
    return sealEntry(body, claim.hash)
  }

  /** False when the number was taken at central by another entry: then the series is read anew. */
  async function finish(claim: Claim): Promise<boolean> {
    const { pending, storeId } = claim
    if (pending === null) return true
    const name = salesDatabaseOf(pending.businessDate)
    const central = await ensureDatabase(client, centralDatabaseOf(storeId, name))
    const [written] = await central.bulkInsert([pending])
    // An id that is taken by another content is a conflict, or forbidden by the store rules, as the server sees fit.
    const stored = written?.kind === 'stored' ? undefined : await central.get(pending._id)
    if (written?.kind === 'failed' && stored === undefined) {
      throw new Error(`${pending._id} was refused at central: ${written.reason}`)
    }
    if (stored !== undefined && stored['hash'] !== pending.hash) {
      logger.error({ id: pending._id }, 'central has another entry under this number; the series goes on after it')
      await settle({ ...claim, ...(await headAtCentral(storeId)) })
      return false
    }
    const rev = written?.kind === 'stored' ? written.rev : String(stored?._rev)
    const document = { ...pending, _rev: rev }
    const origin = { storeId, database: name, rev, conflicts: [], deleted: false, source: 'reconciliation' } as const
    const [outcome] = await handle([{ ...origin, document }])
    if (outcome?.kind !== 'done') throw new Error(`${pending._id} could not be recorded: ${outcome?.reason}`)
    await noteRequest(pending)
    await settle(claim)
    return true
  }

  /** Whoever settles second finds it settled. */
  async function settle(claim: Claim): Promise<void> {
    const [written] = await database.bulkInsert([{ ...claim, pending: null }])
    if (written?.kind === 'failed') throw new Error(`${claim._id} could not be settled: ${written.reason}`)
  }

  async function noteRequest({ storeId, requestId, _id }: Refund): Promise<void> {
    if (requestId === undefined) return
    const note = { _id: requestNoteId(storeId, requestId), type: 'refund-request', storeId, journalId: _id }
    const [written] = await database.bulkInsert([note])
    if (written?.kind === 'failed') throw new Error(`${note._id} could not be noted: ${written.reason}`)
  }

  async function findRequest(storeId: string, requestId: string): Promise<LedgerEntry | undefined> {
    const note = await database.get(requestNoteId(storeId, requestId))
    const id = note?.['journalId']
    return typeof id === 'string' ? (await ledger.entries([id])).get(id) : undefined
  }

  async function claimAfterCentral(storeId: string): Promise<Claim> {
    const head = await headAtCentral(storeId)
    return { _id: claimPrefix + storeId, type: 'refund-claim', storeId, ...head, pending: null }
  }

  /** The last entry of head office's series in any month. */
  async function headAtCentral(storeId: string): Promise<Pick<Claim, 'number' | 'hash'>> {
    const prefix = `journal:${headOfficeIncarnationOf(storeId)}:`
    let head = { number: 0, hash: genesisHash }
    for (const name of await listDatabases(client)) {
      const parsed = parseCentralDatabase(name)
      if (parsed?.storeId !== storeId || parsed.entityClass !== 'sales') continue
      const query = { startkey: `${prefix}\ufff0`, endkey: prefix, descending: true, limit: 1, include_docs: true }
      const { rows } = await client.request(Rows, { path: `${encodeURIComponent(name)}/_all_docs`, query })
      const last = rows[0]?.doc
      if (last !== undefined && last.number > head.number) head = { number: last.number, hash: last.hash }
    }
    return head
  }

  return {
    issue,
    async finishAll() {
      for (const document of await ledger.range(claimPrefix, `${claimPrefix}\ufff0`)) {
        await finish(document as unknown as Claim)
      }
    },
  }
}

function repeat({ entry }: LedgerEntry, sale: Sale): RefundResult {
  if (entry.type === 'refund' && entry.refundOf === sale._id) return { kind: 'refunded', refund: entry, isRepeat: true }
  return { kind: 'impossible', problems: [{ field: '/requestId', message: 'was used for another sale before' }] }
}

/** Cut to what a document takes; a cut may go through a character. */
function authorOf({ subject, name }: Principal): Refund['by'] {
  return { id: subject.slice(0, 64).toWellFormed(), role: 'head-office', name: name.slice(0, 100).toWellFormed() }
}

function requestNoteId(storeId: string, requestId: string): string {
  return `refund-request:${storeId}:${requestId}`
}

/** The day in a time zone, YYYY-MM-DD. */
function localDate(now: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now)
}
