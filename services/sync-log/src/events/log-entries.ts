/**
 * Taking in sync-log entries. Every step may be repeated, so a batch that was cut off anywhere is simply taken in again.
 *
 *     keys of new epochs ──► insert entries ──► a place in the chain ──► known before? same content: fine · other content: alarm
 *
 * 1. The first content of an id stands. Any other is kept in an alarm, the losing leaves of a replicated fork included.
 * 2. A key is pinned before the entry that brought it is stored, so an entry 1 that is stored has had its key looked at.
 * 3. An entry is acknowledged after it has its place in the audit's chain.
 */
import type { FastifyBaseLogger } from 'fastify'
import { centralDatabaseOf, parseSyncLogId, type SyncLogEntry } from '@tidemark/contracts'
import {
  authoredBody,
  DatabaseMissingError,
  idOf,
  readLiveLeaves,
  type CouchClient,
  type HandleBatch,
  type Outcome,
  type SourceDocument,
  type WriteOutcome,
} from '@tidemark/service-kit'
import { alarmOf, forkAlarmOf, type Alarm } from '../domain/alarm.ts'
import { auditEntryOf, entryOf, keyBroughtBy, pinnedKeyId, type AuditEntry } from '../domain/audit-entry.ts'
import type { AuditChainStore, Place } from '../stores/audit-chain-store.ts'
import type { RaiseAlarms } from './raise-alarms.ts'
import type { AuditStore, EpochOf } from '../stores/audit-store.ts'

export interface LogHandlerParts {
  readonly audit: AuditStore
  readonly chain: AuditChainStore
  readonly client: CouchClient
  readonly raise: RaiseAlarms
  /** Told of each epoch that has new entries. */
  readonly onEntries: (epochs: readonly EpochOf[]) => void
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
}

interface Arrival {
  readonly source: SourceDocument
  readonly entry: SyncLogEntry
}

const deletion: Outcome = {
  kind: 'reject',
  reason: 'an audit entry is immutable and was deleted; the audit keeps what it has',
}

export function createLogHandler(parts: LogHandlerParts): HandleBatch {
  const { audit, chain, client, raise, logger, now } = parts

  async function record(arrivals: readonly Arrival[], place: Place): Promise<ReadonlyMap<Arrival, Outcome>> {
    await pinKeys(arrivals)
    const publicKeys = await audit.publicKeys(arrivals.map(({ entry }) => entry))
    // What reconciliation brings is mostly known; asking first is cheaper than a refused write.
    const asked = arrivals.filter(({ source }) => source.source === 'reconciliation').map(({ entry }) => entry._id)
    const known = new Map(await audit.entries(asked))
    const unknown = arrivals.filter(({ entry }) => !known.has(entry._id))
    const documents = unknown.map(({ source, entry }) =>
      auditEntryOf(entry, source.source, publicKeys.get(pinnedKeyId(entry.storeId, entry.epoch)), now()),
    )
    const results = await audit.insert(documents)
    const written = new Map(unknown.map((arrival, index) => [arrival, results[index]]))
    const inserted = documents.filter((_, index) => results[index]?.kind === 'stored')
    const refused = unknown.filter((arrival) => written.get(arrival)?.kind === 'exists')
    for (const [id, entry] of await audit.entries(refused.map(({ entry }) => entry._id))) known.set(id, entry)
    const there = [...known.values()].map((entry) => ({ entry, stored: false }))
    await place([...inserted.map((entry) => ({ entry, stored: true })), ...there])
    await raise(await findForks(arrivals, known))
    return new Map(arrivals.map((arrival) => [arrival, outcomeOf(written.get(arrival), known.has(arrival.entry._id))]))
  }

  async function pinKeys(arrivals: readonly Arrival[]): Promise<void> {
    const keys = arrivals.map(({ entry }) => keyBroughtBy(entry, now())).filter((key) => key !== undefined)
    for (const [index, result] of (await audit.insert(keys)).entries()) {
      if (result.kind === 'failed') throw new Error(`${keys[index]?._id} could not be pinned: ${result.reason}`)
      if (result.kind === 'stored') logger.info({ key: keys[index]?._id }, 'the key of a new epoch is pinned')
    }
  }

  async function findForks(
    arrivals: readonly Arrival[],
    known: ReadonlyMap<string, AuditEntry>,
  ): Promise<readonly Alarm[]> {
    const alarms: (Alarm | undefined)[] = []
    for (const { source, entry } of arrivals) {
      const stored = known.get(entry._id)
      if (stored !== undefined) alarms.push(forkAlarmOf(stored, { ...entry }, source, now()))
      if (source.conflicts.length === 0) continue
      const first = stored ?? (await audit.entries([entry._id])).get(entry._id)
      for (const leaf of await leavesOf(source)) {
        if (first !== undefined) alarms.push(forkAlarmOf(first, authoredBody(leaf), source, now()))
      }
    }
    const found = alarms.filter((alarm) => alarm !== undefined)
    return [...new Map(found.map((alarm) => [alarm._id, alarm])).values()]
  }

  /** None while central has no such database: what it will have comes by reconciliation. */
  async function leavesOf(source: SourceDocument): Promise<readonly Readonly<Record<string, unknown>>[]> {
    try {
      return await readLiveLeaves(client, centralDatabaseOf(source.storeId, source.database), idOf(source))
    } catch (error) {
      if (error instanceof DatabaseMissingError) return []
      throw error
    }
  }

  return async (batch) => {
    const arrivals = batch.map((source) => (source.deleted ? undefined : { source, entry: entryOf(source) }))
    const present = arrivals.filter((arrival) => arrival !== undefined)
    const outcomes = await chain.write((place) => record(present, place))
    await raise(batch.filter(({ deleted }) => deleted).map((source) => deletionAlarm(source, now())))
    parts.onEntries(present.map(({ entry }) => entry))
    return arrivals.map((arrival) => (arrival === undefined ? deletion : (outcomes.get(arrival) ?? lost)))
  }
}

function deletionAlarm(source: SourceDocument, now: Date): Alarm {
  const { storeId } = source
  const { epoch, number } = parseSyncLogId(idOf(source)) ?? { epoch: idOf(source), number: 0 }
  const message = `${idOf(source)} was deleted at central; the audit keeps what it has`
  return alarmOf({ kind: 'deletion', storeId, epoch, number, message }, now)
}

const lost: Outcome = { kind: 'retry', reason: 'no outcome' }

function outcomeOf(result: WriteOutcome | undefined, isKnown: boolean): Outcome {
  if (result?.kind === 'failed') return { kind: 'retry', reason: result.reason }
  if (result?.kind === 'stored') return { kind: 'done', fresh: true }
  // Refused because it is there, and then not found: only a look again can tell.
  return isKnown ? { kind: 'done', fresh: false } : { kind: 'retry', reason: 'the entry was there and is not' }
}
