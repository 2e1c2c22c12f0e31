/**
 * Taking in journal entries. Every step may be repeated, so a batch that was cut off anywhere is simply taken in again.
 *
 *     insert entries ──► known before? same hash: fine · other hash: alarm ──► bring voids and voided entries together
 *                    ──► more than one leaf? read the others from central: other hash: alarm
 *
 * An entry is written before its counterpart is looked for, on both sides, so whichever of a void and its sale is written
 * second sees the first.
 */
import type { FastifyBaseLogger } from 'fastify'
import { parseJournalId } from '@tidemark/contracts'
import { idOf, type HandleBatch, type Outcome, type SourceDocument } from '@tidemark/service-kit'
import {
  foreignVoidAlarm,
  ledgerEntryOf,
  secondBodyAlarm,
  type IntegrityAlarm,
  type LedgerEntry,
} from '../domain/ledger-entry.ts'
import { mergeVoid, mergeVoided, voidedAmountsOf, voidedIdOf } from '../domain/merge-void.ts'
import type { Ledger } from '../stores/ledger-store.ts'

export interface JournalHandlerParts {
  readonly ledger: Ledger
  /** Every body that central has under the id of a document. */
  readonly readLeaves: (source: SourceDocument) => Promise<readonly SourceDocument[]>
  readonly logger: FastifyBaseLogger
  readonly countAlarms: (increment: number, attributes?: Record<string, string>) => void
  readonly now: () => Date
}

export function createJournalHandler(parts: JournalHandlerParts): HandleBatch {
  const { ledger, readLeaves, logger, countAlarms, now } = parts

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
    for (const entry of entries) {
      const result = written.get(entry)
      if (result?.kind === 'failed') outcomes.push({ kind: 'retry', reason: result.reason })
      else outcomes.push({ kind: 'done', fresh: result?.kind === 'stored' })
      const first = result === undefined || result.kind === 'exists' ? known.get(entry._id) : undefined
      if (first !== undefined && first.entry.hash !== entry.entry.hash) alarms.push(secondBodyAlarm(entry))
      else if (result?.kind !== 'failed') standing.push(entry)
      if (isForeignVoid(entry)) alarms.push(foreignVoidAlarm(entry))
    }
    await raise(alarms)
    // A body that does not stand voids nothing.
    await connectVoids(standing)
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
  }

  async function connectVoids(entries: readonly LedgerEntry[]): Promise<void> {
    const voids = entries.filter((entry) => voidedIdOf(entry) !== undefined && !isForeignVoid(entry))
    for (const entry of voids) {
      await ledger.updateVoidRecord(voidedIdOf(entry) ?? '', (existing) => mergeVoid(existing, entry._id))
    }
    const voidedIds = voids.map((entry) => voidedIdOf(entry) ?? '')
    const voidedHere = await ledger.entries(voidedIds)
    const sold = entries.filter(({ entry }) => voidedAmountsOf(entry) !== undefined)
    const awaited = await ledger.voidRecords(sold.map(({ _id }) => _id))
    // The recorded entry counts, not the one in hand: when they differ, the first one stands.
    const recorded = await ledger.entries([...awaited.keys()])
    for (const [id, voided] of [...voidedHere, ...recorded]) {
      const amounts = voidedAmountsOf(voided.entry)
      if (amounts !== undefined) await ledger.updateVoidRecord(id, (existing) => mergeVoided(existing, amounts))
    }
  }

  return async (batch) => {
    const entries = batch.map((source) => (source.deleted ? undefined : ledgerEntryOf(source, now())))
    const recorded = await record(entries.filter((entry) => entry !== undefined))
    await checkLeaves(batch)
    const remaining = recorded[Symbol.iterator]()
    return entries.map((entry) => (entry === undefined ? deletion : (remaining.next().value ?? lost)))
  }
}

const deletion: Outcome = {
  kind: 'reject',
  reason: 'a journal entry is immutable and was deleted; the ledger keeps it',
}
const lost: Outcome = { kind: 'retry', reason: 'no outcome' }

function isReconciled(entry: { readonly source: SourceDocument['source'] }): boolean {
  return entry.source === 'reconciliation'
}

function isForeignVoid(entry: LedgerEntry): boolean {
  const voidedId = voidedIdOf(entry)
  return voidedId !== undefined && parseJournalId(voidedId)?.storeId !== entry.storeId
}
