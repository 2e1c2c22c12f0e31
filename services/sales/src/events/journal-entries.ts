/**
 * Taking in journal entries. Every step may be repeated, so a batch that was cut off anywhere is simply taken in again.
 *
 *     insert entries ──► same id known? same hash: fine · other hash: alarm, and the entry in hand counts for nothing
 *        │
 *        ├──► note voids and refunds beside what they name
 *        ├──► bring days, products and series up to date      (one read and one write for the whole batch)
 *        └──► judge the refunds of every sale concerned
 *
 * 1. An entry is written before its counterpart is looked for, on both sides, so whichever of a void (a refund) and its sale
 *    is written second sees the first.
 * 2. Everything derived is a set union or is guarded by one, so repetition and order don't matter.
 * 3. What is derived counts only what stands in the ledger.
 */
import type { FastifyBaseLogger } from 'fastify'
import { canonicalHash, judgeRefunds, parseJournalId, type Sale } from '@tidemark/contracts'
import {
  idOf,
  UnavailableError,
  type HandleBatch,
  type NewDocument,
  type Outcome,
  type SourceDocument,
  type StoredDocument,
} from '@tidemark/service-kit'
import { customerMarkOf } from '../domain/customer-mark.ts'
import { figuresFlagOf, flagId, refundFlags } from '../domain/flag-entry.ts'
import { foreignVoidAlarm, secondBodyAlarm, type IntegrityAlarm } from '../domain/integrity-alarm.ts'
import { ledgerEntryOf, soldEntryOf, voidedIdOf, type LedgerEntry } from '../domain/ledger-entry.ts'
import { mergeRefund, refundedIdOf, refundRecordId, type RefundRecord } from '../domain/merge-refund.ts'
import { emptySeries, mergeFault, mergeLink, seriesId, type Series, type SeriesFault } from '../domain/merge-series.ts'
import { mergeVoid, voidRecordId, type VoidRecord } from '../domain/merge-void.ts'
import {
  daySumsId,
  emptyDaySums,
  emptyProductSums,
  postToDay,
  postToProducts,
  productSumsId,
  type DaySums,
  type Posting,
  type ProductSums,
} from '../domain/sum-entries.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import type { Change } from '../stores/update-documents.ts'

export interface JournalHandlerParts {
  readonly ledger: Ledger
  /** Every body that central has under the id of a document. */
  readonly readLeaves: (source: SourceDocument) => Promise<readonly SourceDocument[]>
  readonly logger: FastifyBaseLogger
  readonly countAlarms: (increment: number, attributes?: Record<string, string>) => void
  readonly now: () => Date
  /** Told of entries that are new, once all that is derived from them is up to date. */
  readonly announce: (entries: readonly LedgerEntry[]) => void
}

export function createJournalHandler(parts: JournalHandlerParts): HandleBatch {
  const { ledger, readLeaves, logger, countAlarms, now, announce } = parts

  async function record(entries: readonly LedgerEntry[]): Promise<readonly Outcome[]> {
    // What reconciliation brings is mostly known; asking first is cheaper than a refused write.
    const known = new Map(await ledger.entries(entries.filter(isReconciled).map(({ _id }) => _id)))
    const unknown = entries.filter(({ _id }) => !known.has(_id))
    const written = new Map((await ledger.insert(unknown)).map((result, index) => [unknown[index], result]))
    const refused = unknown.filter((entry) => written.get(entry)?.kind === 'exists')
    for (const [id, entry] of await ledger.entries(refused.map(({ _id }) => _id))) known.set(id, entry)

    const outcomes: Outcome[] = []
    const alarms: IntegrityAlarm[] = []
    const standing: LedgerEntry[] = []
    const fresh: LedgerEntry[] = []
    for (const entry of entries) {
      const result = written.get(entry)
      if (result?.kind === 'failed') outcomes.push({ kind: 'retry', reason: result.reason })
      else outcomes.push({ kind: 'done', fresh: result?.kind === 'stored' })
      if (result?.kind === 'stored') fresh.push(entry)
      const first = result === undefined || result.kind === 'exists' ? known.get(entry._id) : undefined
      if (first !== undefined && !isSameBody(first, entry)) alarms.push(secondBodyAlarm(entry))
      else if (result?.kind !== 'failed') standing.push(first ?? entry)
      if (isForeignVoid(entry)) alarms.push(foreignVoidAlarm(entry))
    }
    await raise(alarms)
    await keepMarks(standing)
    await noteCounterparts(standing)
    await deriveFrom(standing)
    if (fresh.length > 0) announce(fresh)
    return outcomes
  }

  /** An entry with more than one leaf was written twice; the leaf that lost is evidence too. */
  async function checkLeaves(sources: readonly SourceDocument[]): Promise<void> {
    const contested = sources.filter(({ conflicts, deleted }) => conflicts.length > 0 && !deleted)
    if (contested.length === 0) return
    const recorded = await ledger.entries(contested.map(idOf))
    for (const source of contested) {
      const first = recorded.get(idOf(source))
      if (first === undefined) continue
      const others = (await readLeaves(source)).filter((leaf) => leaf.document['hash'] !== first.entry.hash)
      await raise(others.map((leaf) => secondBodyAlarm(ledgerEntryOf(leaf, now()))))
    }
  }

  async function raise(alarms: readonly IntegrityAlarm[]): Promise<void> {
    const written = await ledger.insert(alarms)
    for (const [index, result] of written.entries()) {
      const alarm = alarms[index]
      if (alarm === undefined || result.kind === 'exists') continue
      if (result.kind === 'failed') throw new Error(`${alarm._id} could not be kept: ${result.reason}`)
      countAlarms(1, { kind: alarm.kind })
      logger.error({ alarm: alarm._id, storeId: alarm.storeId }, 'integrity alarm')
    }
    await noteForks(alarms.filter(({ kind }) => kind === 'second-body'))
  }

  async function noteForks(alarms: readonly IntegrityAlarm[]): Promise<void> {
    // By the id alone: a second body may be of any form.
    const forks = alarms.flatMap(({ journalId }) => parseJournalId(journalId) ?? [])
    await ledger.update(
      changesBy(
        forks,
        ({ incarnation }) => seriesId(incarnation),
        (current, group) => {
          const series = (current as Series | undefined) ?? emptySeries(group[0].incarnation)
          const faults = group.map(({ number }): SeriesFault => ({ kind: 'fork', number }))
          return faults.reduce(mergeFault, series)
        },
      ),
    )
  }

  /** Flags of entries whose own figures are wrong, and marks by which receipts are found. */
  async function keepMarks(standing: readonly LedgerEntry[]): Promise<void> {
    const marks = standing.flatMap((entry) => [customerMarkOf(entry) ?? [], figuresFlagOf(entry) ?? []].flat())
    for (const result of await ledger.insert(marks)) {
      if (result.kind === 'failed') throw new Error(`a mark could not be kept: ${result.reason}`)
    }
  }

  /** Notes each void and each refund in the document of what it names. */
  async function noteCounterparts(standing: readonly LedgerEntry[]): Promise<void> {
    const voids = standing.filter((entry) => voidedIdOf(entry) !== undefined && !isForeignVoid(entry))
    const refunds = standing.flatMap(({ entry }) => (entry.type === 'refund' ? [entry] : []))
    await ledger.update(
      new Map([
        ...changesBy(
          voids,
          (entry) => voidRecordId(voidedIdOf(entry) ?? ''),
          (current, group) =>
            group.reduce<VoidRecord | undefined>(
              (voidRecord, entry) => mergeVoid(voidRecord, voidedIdOf(entry) ?? '', entry._id),
              current as VoidRecord | undefined,
            ),
        ),
        ...changesBy(
          refunds,
          ({ refundOf }) => refundRecordId(refundOf),
          (current, group) => group.reduce<RefundRecord | undefined>(mergeRefund, current as RefundRecord | undefined),
        ),
      ]),
    )
  }

  /** Brings sums and series up to date, and judges refunds. */
  async function deriveFrom(standing: readonly LedgerEntry[]): Promise<void> {
    if (standing.length === 0) return
    const voidable = standing.filter(isVoidable).map(({ _id }) => _id)
    const voidRecords = await ledger.voidRecords(voidable)
    const voids = standing.filter((entry) => !isForeignVoid(entry))
    // The recorded entries count, not others of the same id.
    const named = await ledger.entries(voids.flatMap((entry) => voidedIdOf(entry) ?? []))
    const voided = [...named.values()].filter(isVoidable)
    const postings: Posting[] = [
      ...standing.map((entry) => ({ entry, isVoided: voidRecords.has(entry._id) })),
      ...voided.map((entry) => ({ entry, isVoided: true })),
    ]
    await ledger.update(new Map([...summaryChanges(postings), ...seriesChanges(standing, now())]))
    await judge([...standing, ...voided])
  }

  async function judge(concerned: readonly LedgerEntry[]): Promise<void> {
    const saleIds = new Set(
      concerned.flatMap(({ _id, entry }) => (entry.type === 'sale' ? [_id] : (refundedIdOf(entry) ?? []))),
    )
    const records = await ledger.refundRecords([...saleIds])
    const sales = await ledger.entries([...records.keys()])
    // Refunds of a sale that has not arrived wait for it.
    for (const { entry } of sales.values()) if (entry.type === 'sale') await flagRefunds(entry)
  }

  /** Looks again after writing, until nothing has to change: another process may have judged with less or more knowledge. */
  async function flagRefunds(sale: Sale): Promise<void> {
    for (let look = 0; look < maxLooks; look += 1) {
      const refundRecord = (await ledger.refundRecords([sale._id])).get(sale._id)
      if (refundRecord === undefined) return
      const refundIds = refundRecord.refunds.map(({ id }) => id)
      const present = await ledger.flagsById(
        refundRecord.refunds.map(({ storeId, id }) => flagId(storeId, id, 'refund')),
      )
      const voids = await ledger.voidRecords([sale._id, ...refundIds])
      const judgement = judgeRefunds(sale, refundRecord.refunds, (id) => voids.has(id))
      const flags = refundFlags(refundRecord, judgement, present, now().toISOString())
      if (flags.length === 0) return
      await ledger.update(new Map(flags.map((flag) => [flag._id, () => flag])))
      for (const { _id, rule, detail } of flags.filter(({ active }) => active)) {
        logger.warn({ flag: _id, rule, detail }, 'a refund is flagged')
      }
    }
    throw new UnavailableError('couchdb', `refunds of ${sale._id} are being judged all the time`)
  }

  async function takeIn(batch: readonly SourceDocument[]): Promise<readonly Outcome[]> {
    const entries = batch.map((source) => (source.deleted ? undefined : ledgerEntryOf(source, now())))
    const recorded = await record(entries.filter((entry) => entry !== undefined))
    await checkLeaves(batch)
    const remaining = recorded[Symbol.iterator]()
    return entries.map((entry) => (entry === undefined ? deletion : (remaining.next().value ?? lost)))
  }

  // Feed, reconciliation and head office's refunds take turns: they would only meet in the same summaries.
  let turn: Promise<unknown> = Promise.resolve()
  return async (batch) => {
    const mine = turn.then(() => takeIn(batch))
    turn = mine.catch(() => undefined)
    return mine
  }
}

const maxLooks = 10

const deletion: Outcome = {
  kind: 'reject',
  reason: 'a journal entry is immutable and was deleted; the ledger keeps it',
}
const lost: Outcome = { kind: 'retry', reason: 'no outcome' }

function summaryChanges(postings: readonly Posting[]): ReadonlyMap<string, Change> {
  return new Map([
    ...changesBy(
      postings,
      ({ entry }) => daySumsId(entry),
      (current, group) => postToDay((current as DaySums | undefined) ?? emptyDaySums(group[0].entry), group),
    ),
    ...changesBy(
      postings.filter(({ entry }) => isVoidable(entry)),
      ({ entry }) => productSumsId(entry),
      (current, group) =>
        postToProducts((current as ProductSums | undefined) ?? emptyProductSums(group[0].entry), group),
    ),
  ])
}

function seriesChanges(standing: readonly LedgerEntry[], now: Date): ReadonlyMap<string, Change> {
  return changesBy(
    standing,
    ({ incarnation }) => seriesId(incarnation),
    (current, group) =>
      group.reduce(
        (series, { entry, verification }) => {
          const linked = mergeLink(series, entry, now.toISOString())
          return verification.hash === 'valid'
            ? linked
            : mergeFault(linked, { kind: 'hash-mismatch', number: entry.number })
        },
        (current as Series | undefined) ?? emptySeries(group[0].incarnation),
      ),
  )
}

type Group<Item> = readonly [Item, ...Item[]]

/** One change per document, made of all items that concern it. */
function changesBy<Item>(
  items: readonly Item[],
  idOfItem: (item: Item) => string,
  merge: (current: StoredDocument | undefined, group: Group<Item>) => NewDocument | undefined,
): Map<string, Change> {
  const groups = new Map<string, [Item, ...Item[]]>()
  for (const item of items) {
    const id = idOfItem(item)
    const group = groups.get(id)
    if (group === undefined) groups.set(id, [item])
    else group.push(item)
  }
  return new Map([...groups].map(([id, group]) => [id, (current: StoredDocument | undefined) => merge(current, group)]))
}

function isReconciled(entry: { readonly source: SourceDocument['source'] }): boolean {
  return entry.source === 'reconciliation'
}

function isVoidable({ entry }: LedgerEntry): boolean {
  return soldEntryOf(entry) !== undefined
}

/** An entry may carry the hash of another: then its content decides. */
function isSameBody(first: LedgerEntry, second: LedgerEntry): boolean {
  if (first.entry.hash !== second.entry.hash) return false
  const [one, other] = [first.verification.hash, second.verification.hash]
  return one === 'valid' && other === 'valid' ? true : canonicalHash(first.entry) === canonicalHash(second.entry)
}

function isForeignVoid(entry: LedgerEntry): boolean {
  const voidedId = voidedIdOf(entry)
  return voidedId !== undefined && parseJournalId(voidedId)?.storeId !== entry.storeId
}
