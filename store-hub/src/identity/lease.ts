// The lease of the store: of two hubs with one id, one writes.
//
//   central: store-<id>-hub/lease ──GET──► decide ──► keep ── renew every 30 s
//                                            │    ──► take (PUT with the revision that was read; fencing + 1)
//                                            └──────► stand back: read-only towards terminals and central
//
// 1. Taking and renewing name the revision that was read, so of two takers one gets a 409 and looks again.
// 2. A hub that can't reach central goes on as it was: it sells with the lease it last held, and stays read-only when it
//    had to stand back. What it knew last is on its disk.
// 3. Replication confirms the lease before each batch; a look is believed for 5 s of both clocks, so that neither a
//    paused process nor a set clock stretches it.
// 4. Before a store that went back in time, or is a copy, takes the lease, it begins a new epoch.
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { classOfDatabase, errorCodes, hubDatabaseOf, type LeaseStatus } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import {
  CentralError,
  isRecord,
  type CentralAnswer,
  type CentralLine,
  type CentralRequest,
  type Fence,
  type FenceVerdict,
} from '../central-replication/index.ts'
import { describeError, HubError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { HubIdentity } from './instance.ts'
import {
  leaseDocumentId,
  parseLease,
  renewedLease,
  takenLease,
  type ClaimantStore,
  type LeaseRecord,
  type TakingReason,
} from './lease-record.ts'
import { decideLease, rewindEvidence, sight, standBackText, type Sighting } from './lease-rules.ts'
import type { RewindGuard } from './rewind.ts'

export interface LeaseOptions {
  readonly store: Store
  readonly storeId: string
  readonly line: CentralLine
  readonly identity: HubIdentity
  readonly rewind: RewindGuard
  readonly logger: FastifyBaseLogger
  readonly timings?: Partial<LeaseTimings>
}

export interface LeaseTimings {
  readonly renewEveryMs: number
  /** A holder whose record has not changed for so long is taken for gone. */
  readonly takeAfterMs: number
  /** How long a look at the record is believed. */
  readonly believeMs: number
}

export const defaultLeaseTimings: LeaseTimings = { renewEveryMs: 30_000, takeAfterMs: 600_000, believeMs: 5000 }

export interface Lease extends Fence {
  start(): void
  stop(): Promise<void>
  status(): LeaseStatus
  /** Why nothing may be written, for people; undefined while writing is fine. */
  readOnlyReason(): string | undefined
  /**
   * Takes the lease at once, whoever holds it: a person decided it. Resolves with the status after it. Rejects with a
   * HubError `unavailable` when central can't be asked.
   */
  take(): Promise<LeaseStatus>
}

interface Reading {
  readonly record: LeaseRecord | undefined
  readonly rev: string | undefined
  readonly conflicts: readonly string[]
}

const maxAttempts = 5
/** Looks that may fail in a row before a watch begins anew. */
const longestGap = 3

export function createLease(options: LeaseOptions): Lease {
  const { store, storeId, line, identity, rewind, logger } = options
  const timings = { ...defaultLeaseTimings, ...options.timings }
  const own = { instance: identity.instance, session: randomBytes(16).toString('hex'), host: hostname() }
  const database = hubDatabaseOf(storeId)
  const documentPath = `${database}/${leaseDocumentId}`
  const listeners = new Set<() => void>()
  let readOnly = identity.note?.readOnly ?? undefined
  let known: LeaseRecord | undefined
  let hasHeld = false
  let sighting: Sighting | undefined
  let believed: { readonly untilMs: number; readonly untilWallMs: number } | undefined
  let renewedMs = -Infinity
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const stopping = new AbortController()
  const ask = (request: CentralRequest): Promise<CentralAnswer> => line.ask({ ...request, signal: stopping.signal })

  const verdict = (): FenceVerdict => (readOnly === undefined ? { kind: 'open' } : { kind: 'fenced', reason: readOnly })

  const isBelieved = (): boolean => {
    if (believed === undefined) return false
    const wallMs = believed.untilWallMs - Date.now()
    return performance.now() < believed.untilMs && wallMs > 0 && wallMs <= timings.believeMs
  }

  /** From when central was asked, not from when it was heard: the process may have been paused in between. */
  const believeFrom = (): NonNullable<typeof believed> => ({
    untilMs: performance.now() + timings.believeMs,
    untilWallMs: Date.now() + timings.believeMs,
  })

  const settle = async (next: string | undefined, record: LeaseRecord, belief?: typeof believed): Promise<void> => {
    known = record
    hasHeld ||= next === undefined
    believed = belief
    const changed = next !== readOnly
    readOnly = next
    if (changed) {
      if (next === undefined) logger.info({ fencing: record.fencing }, 'this hub holds the lease of its store')
      else logger.error({ reason: next }, 'read-only')
      for (const listener of listeners) listener()
    }
    // A hub that had to stand back does so after a restart without central, too.
    await identity.saveNote({ fencing: record.fencing, readOnly: next ?? null }).catch((error: unknown) => {
      logger.error({ reason: describeError(error) }, 'what is known of the lease could not be saved')
    })
  }

  const claimantStore = (): ClaimantStore => {
    const names = store.names().filter((name) => classOfDatabase(name) !== undefined)
    const sequences = names.map((name) => [name, store.database(name)?.info().updateSequence ?? 0] as const)
    return { epoch: store.uuid, sequences: Object.fromEntries(sequences) }
  }

  const read = async (): Promise<Reading> => {
    try {
      const { json } = await ask({ method: 'GET', path: `${documentPath}?conflicts=true` })
      if (!isRecord(json)) return { record: undefined, rev: undefined, conflicts: [] }
      const { _rev: rev, _id: _, _conflicts: conflicts, ...record } = json
      return {
        record: parseLease(record),
        rev: typeof rev === 'string' ? rev : undefined,
        conflicts: Array.isArray(conflicts) ? conflicts.map(String) : [],
      }
    } catch (error) {
      if (error instanceof CentralError && error.kind === 'missing')
        return { record: undefined, rev: undefined, conflicts: [] }
      throw error
    }
  }

  const makeDatabase = async (): Promise<void> => {
    await ask({ method: 'PUT', path: database }).catch((error: unknown) => {
      if (!(error instanceof CentralError) || error.kind !== 'conflict') throw error
    })
    // A renewal every half minute would keep 1,000 revisions.
    await ask({ method: 'PUT', path: `${database}/_revs_limit`, body: '20' }).catch((error: unknown) => {
      logger.debug({ reason: describeError(error) }, 'the lease keeps all of its revisions')
    })
  }

  const put = async (record: LeaseRecord, rev: string | undefined): Promise<void> => {
    const body = JSON.stringify({ ...record, ...(rev !== undefined && { _rev: rev }) })
    const send = () => ask({ method: 'PUT', path: documentPath, body })
    const { status } = await send().catch(async (error: unknown) => {
      if (!(error instanceof CentralError) || error.kind !== 'missing') throw error
      await makeDatabase()
      return send()
    })
    // Fewer copies than a quorum: another hub may be told something else.
    if (status === 202) throw new CentralError('failing', 'central has too few copies of the lease', { status })
    renewedMs = performance.now()
  }

  const take = async ({ record, rev }: Reading, reason: TakingReason): Promise<void> => {
    const evidence = rewindEvidence(record, own, claimantStore())
    if (evidence !== undefined) await rewind.notice({ ...evidence, source: 'lease' })
    const taken = takenLease(record, storeId, own, claimantStore(), reason, new Date())
    const belief = believeFrom()
    await put(taken, rev)
    logger.info({ reason, fencing: taken.fencing, from: record?.holder.instance }, 'lease taken')
    await settle(undefined, taken, belief)
  }

  // Two takers on two halves of a cluster may both have been told yes; CouchDB's rule says who won.
  const removeLosers = async (conflicts: readonly string[]): Promise<void> => {
    for (const rev of conflicts) {
      await ask({ method: 'DELETE', path: `${documentPath}?rev=${encodeURIComponent(rev)}` })
    }
  }

  const lookOnce = async (): Promise<void> => {
    const belief = believeFrom()
    const reading = await read()
    const { record, rev, conflicts } = reading
    const nowMs = performance.now()
    sighting = sight(record, sighting, nowMs, longestGap * timings.renewEveryMs)
    const decision = decideLease({ record, own, hasHeld, sighting, nowMs, takeAfterMs: timings.takeAfterMs })
    if (decision.kind === 'take') return take(reading, decision.because)
    if (record === undefined) return
    if (decision.kind === 'stand-back') return settle(standBackText(decision.because, record), record)
    await removeLosers(conflicts)
    if (nowMs - renewedMs < timings.renewEveryMs && record.epoch === store.uuid) {
      return settle(undefined, record, belief)
    }
    const renewed = renewedLease(record, claimantStore(), new Date())
    await put(renewed, rev)
    await settle(undefined, renewed, belief)
  }

  const withRetries = async (work: () => Promise<void>): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        const isRace = error instanceof CentralError && error.kind === 'conflict'
        if (!isRace || attempt === maxAttempts) throw error
      }
    }
  }

  /** After what is under way, so that two of them never write the record at once. */
  const alone = async (work: () => Promise<void>): Promise<void> => {
    const before = looking?.catch(() => undefined) ?? Promise.resolve()
    const present = before.then(() => withRetries(work))
    looking = present
    await present.finally(() => {
      if (looking === present) looking = undefined
    })
  }
  const look = (): Promise<void> => looking ?? alone(lookOnce)

  const takeOver = async (): Promise<void> => {
    const reading = await read()
    if (reading.record?.holder.session === own.session) return settle(undefined, reading.record)
    await take(reading, 'command')
  }

  const tick = (): void => {
    if (stopping.signal.aborted || line.state() === 'down') return
    look().catch((error: unknown) => logger.debug({ reason: describeError(error) }, 'the lease could not be asked for'))
  }

  const unsubscribe = [
    line.onChange((wan) => {
      if (wan === 'up') tick()
    }),
    // The record must name the present epoch before another hub compares with it.
    store.onEpochChange(() => {
      if (hasHeld && readOnly === undefined) tick()
    }),
  ]

  const status = (): LeaseStatus => ({
    state: readOnly !== undefined ? 'read-only' : hasHeld ? 'held' : 'unconfirmed',
    instance: own.instance,
    holder: known === undefined ? null : { instance: known.holder.instance, host: known.holder.host },
    fencing: known?.fencing ?? identity.note?.fencing ?? null,
    renewedAt: known?.renewedAt ?? null,
    reason: readOnly ?? null,
  })

  return {
    verdict,
    async confirm(signal) {
      if (!isBelieved()) await look()
      signal.throwIfAborted()
      return verdict()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start() {
      timer = setInterval(tick, timings.renewEveryMs)
      tick()
    },
    async stop() {
      stopping.abort()
      clearInterval(timer)
      for (const end of unsubscribe) end()
      await looking?.catch(() => undefined)
    },
    status,
    readOnlyReason: () => readOnly,
    async take() {
      await alone(takeOver).catch((error: unknown) => {
        if (!(error instanceof CentralError)) throw error
        throw new HubError(errorCodes.unavailable, `The store can't be taken over now: ${error.message}`, {
          cause: error,
        })
      })
      return status()
    },
  }
}
