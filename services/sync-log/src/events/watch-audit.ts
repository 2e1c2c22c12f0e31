/**
 * The watch: looks at what has come and raises alarms, without being asked.
 *
 *     every few seconds    epochs with new entries     hub chain, signatures, places, links between epochs
 *     every minute         every epoch                 the same, and: is the hub's log at central as long as it was?
 *                                                      entries without a place (a crash came in between) get one
 *     at the start, daily  the audit's own chain       against every signed head; then the head of the day is signed
 *     daily                every entry                 against its leaf
 *
 * 1. How far an epoch was looked at is kept in a `_local` document and moves only after its alarms are kept.
 * 2. What may still heal (a gap that the next batch fills) becomes an alarm after `graceMs`. When it heals later, the alarm is cleared.
 * 3. A step that fails is logged and done again in the next round; the others are done all the same.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { Type } from 'typebox'
import { centralDatabaseOf, parseSyncLogId, syncLogId } from '@tidemark/contracts'
import { DatabaseMissingError, type CouchClient, type CouchDatabase } from '@tidemark/service-kit'
import { alarmOf, faultAlarm, type Alarm, type AlarmKind } from '../domain/alarm.ts'
import { epochStartOf, linkAlarms } from '../domain/epoch-links.ts'
import { startScan, type EpochScan } from '../domain/verify-epoch.ts'
import type { AlarmStore } from '../stores/alarm-store.ts'
import type { AuditChainStore } from '../stores/audit-chain-store.ts'
import type { AuditStore, EpochOf } from '../stores/audit-store.ts'
import type { HeadStore } from '../stores/head-store.ts'
import { verifyAudit } from '../stores/verify-audit.ts'
import { scanPage } from '../stores/verify-chain.ts'
import { openWatchStates } from '../stores/watch-state.ts'
import type { RaiseAlarms } from './raise-alarms.ts'

export interface WatchParts {
  readonly audit: AuditStore
  readonly chain: AuditChainStore
  readonly heads: HeadStore
  readonly alarms: AlarmStore
  readonly raise: RaiseAlarms
  readonly client: CouchClient
  readonly database: CouchDatabase
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
  /** Milliseconds between rounds; 5000 unless given. */
  readonly everyMs?: number | undefined
  /** Milliseconds between rounds over everything; 60,000 unless given. */
  readonly fullEveryMs?: number | undefined
  /** Milliseconds after which what is missing is an alarm; 60,000 unless given. */
  readonly graceMs?: number | undefined
}

export interface AuditWatch {
  touch(epochs: readonly EpochOf[]): void
  /** Alarms that were open at the end of the last round, by kind. */
  openAlarms(): ReadonlyMap<string, number>
  /** Of the last daily head, seconds since it was signed; undefined before the first. */
  headAgeSeconds(): number | undefined
  start(): void
  /** Resolves when no round is under way any more. */
  stop(): Promise<void>
}

const AllDocs = Type.Object({ rows: Type.Array(Type.Object({ id: Type.String() })) })
const maxOpenLooked = 500
/** An epoch is read again for its alarms no more often than this times as long as it took: a tenth of the service's time. */
const pauseFactor = 10
const stragglersPerRead = 200
/** Kinds that later entries can mend. What somebody must have done is for a person to acknowledge. */
const healing: ReadonlySet<AlarmKind> = new Set(['gap', 'broken-link', 'sequence-gap', 'no-key', 'unplaced'])
/** Kinds for which a round waits, before it calls them a fault. */
const waiting: ReadonlySet<AlarmKind> = new Set(['gap', 'broken-link', 'no-key'])

export function createAuditWatch(parts: WatchParts): AuditWatch {
  const { audit, chain, heads, alarms, raise, client, logger, now } = parts
  const { everyMs = 5000, fullEveryMs = 60_000, graceMs = 60_000 } = parts
  const states = openWatchStates(parts.database)
  const stopping = new AbortController()
  const known = new Map<string, EpochOf>()
  let touched = new Map<string, EpochOf>()
  let open: ReadonlyMap<string, number> = new Map()
  let ownChainChecked = false
  let signedAt: string | undefined
  /** By epoch, milliseconds since 1970. */
  const readAgainAt = new Map<string, number>()
  let running: Promise<void> = Promise.resolve()

  async function round(isFull: boolean): Promise<void> {
    const mine = [...touched.values()]
    touched = new Map()
    if (!isFull && mine.length === 0) return
    // Counting goes over all entries: a full round does it, the others know what it found.
    const counted = isFull ? await audit.countEntries() : []
    for (const of of [...counted, ...mine]) known.set(keyOf(of), { storeId: of.storeId, epoch: of.epoch })
    const epochs = isFull ? [...known.values()] : mine
    for (const of of epochs) {
      await step('an epoch could not be looked at', of, () => lookAtEpoch(of))
      if (isFull) await step('the hub’s log at central could not be looked at', of, () => lookAtCentral(of))
    }
    for (const storeId of new Set(epochs.map((of) => of.storeId))) {
      const ofStore = [...known.values()].filter((of) => of.storeId === storeId)
      await step('the epochs of a store could not be compared', { storeId }, () => lookAtLinks(storeId, ofStore))
    }
    await step('alarms could not be looked at again', {}, () => heal(epochs))
    if (isFull) {
      for (const of of counted) await step('entries could not be given a place', of, () => placeStragglers(of))
      await step('the audit’s own chain could not be looked at', {}, lookAtOwnChain)
      await step('the head of the day could not be signed', {}, signDay)
    }
    open = await alarms.countOpen()
  }

  async function step(trouble: string, about: Partial<EpochOf>, work: () => Promise<void>): Promise<void> {
    if (stopping.signal.aborted) return
    try {
      await work()
    } catch (error) {
      if (stopping.signal.aborted) return
      if (about.storeId !== undefined && about.epoch !== undefined)
        touched.set(keyOf(about as EpochOf), about as EpochOf)
      logger.warn({ ...about, reason: error instanceof Error ? error.message : String(error) }, trouble)
    }
  }

  async function lookAtEpoch(of: EpochOf): Promise<void> {
    let state = await states.get(of)
    while (!stopping.signal.aborted) {
      const before: EpochScan = { ...state.scan, faults: [], faultCount: 0 }
      const { scan, isLast } = await scanPage(audit, chain, of, before, now())
      if (isLast) return
      const mayHeal = scan.faults.some(({ kind }) => waiting.has(kind))
      const waitingSince = state.waitingSince ?? now().toISOString()
      if (mayHeal && now().getTime() - Date.parse(waitingSince) < graceMs) {
        touched.set(keyOf(of), of)
        if (state.waitingSince === undefined) await states.put(of, { ...state, waitingSince })
        return
      }
      await raise(scan.faults.map((fault) => faultAlarm(of, fault, now())))
      const { waitingSince: _waitingSince, ...rest } = state
      state = { ...rest, scan }
      await states.put(of, state)
    }
  }

  /** A log that was longer is an alarm. A database that is not there has no log at all. */
  async function lookAtCentral(of: EpochOf): Promise<void> {
    const { storeId, epoch } = of
    const highest = await highestAtCentral(of)
    const state = await states.get(of)
    if (highest > state.centralHighest) return states.put(of, { ...state, centralHighest: highest })
    if (highest === state.centralHighest) return
    const number = state.centralHighest
    const message = `central had entries up to ${number}, and now has them up to ${highest}`
    await raise([alarmOf({ kind: 'truncation', storeId, epoch, number, through: number, message }, now())])
  }

  async function highestAtCentral({ storeId, epoch }: EpochOf): Promise<number> {
    const path = `${encodeURIComponent(centralDatabaseOf(storeId, 'sync-log'))}/_all_docs`
    const range = { startkey: syncLogId(epoch, 999_999_999_999), endkey: syncLogId(epoch, 1) }
    try {
      const { rows } = await client.request(AllDocs, { path, query: { ...range, descending: true, limit: 1 } })
      return parseSyncLogId(rows[0]?.id ?? '')?.number ?? 0
    } catch (error) {
      if (error instanceof DatabaseMissingError) return 0
      throw error
    }
  }

  async function lookAtLinks(storeId: string, epochs: readonly EpochOf[]): Promise<void> {
    const firsts = await audit.entries(epochs.map(({ epoch }) => syncLogId(epoch, 1)))
    const starts = await Promise.all(
      [...firsts.values()].map(async ({ epoch, entry }) => {
        const { scan } = await states.get({ storeId, epoch })
        return epochStartOf(entry, scan.lastNumber)
      }),
    )
    await raise(
      linkAlarms(
        storeId,
        starts.filter((start) => start !== undefined),
        now(),
      ),
    )
  }

  /** Clears alarms about what has come since. Only epochs of stores that have new entries are read again. */
  async function heal(epochs: readonly EpochOf[]): Promise<void> {
    const stores = new Set(epochs.map(({ storeId }) => storeId))
    const candidates = await alarms.list({ state: 'open' }, maxOpenLooked, undefined)
    const byEpoch = new Map<string, Alarm[]>()
    for (const alarm of candidates) {
      if (!stores.has(alarm.storeId)) continue
      if (alarm.kind === 'truncation' && alarm.through !== undefined) {
        if ((await highestAtCentral(alarm)) >= alarm.through) await alarms.clear(alarm._id, now())
      } else if (healing.has(alarm.kind)) {
        byEpoch.set(keyOf(alarm), [...(byEpoch.get(keyOf(alarm)) ?? []), alarm])
      }
    }
    for (const ofEpoch of byEpoch.values()) {
      const [first] = ofEpoch
      if (first === undefined || stopping.signal.aborted || !(await mayHaveHealed(ofEpoch))) continue
      const startedAt = Date.now()
      const still = new Set((await faultsOfEpoch(first)).map(({ _id }) => _id))
      for (const { _id } of ofEpoch) if (!still.has(_id)) await alarms.clear(_id, now())
      readAgainAt.set(keyOf(first), Date.now() + pauseFactor * (Date.now() - startedAt))
    }
  }

  /** While the first entry of a gap is still missing, nothing behind it is mended either. */
  async function mayHaveHealed(ofEpoch: readonly Alarm[]): Promise<boolean> {
    for (const alarm of ofEpoch) {
      if (Date.now() < (readAgainAt.get(keyOf(alarm)) ?? 0)) return false
      if (alarm.kind !== 'gap') continue
      if ((await audit.readEpoch(alarm, alarm.number, alarm.number, 1)).length === 0) return false
    }
    return true
  }

  /** Reads an epoch from its beginning. */
  async function faultsOfEpoch({ storeId, epoch }: EpochOf): Promise<readonly Alarm[]> {
    const of = { storeId, epoch }
    const found: Alarm[] = []
    let scan = startScan(epoch)
    while (!stopping.signal.aborted) {
      const next = await scanPage(audit, chain, of, { ...scan, faults: [], faultCount: 0 }, now())
      if (next.isLast) break
      scan = next.scan
      found.push(...scan.faults.map((fault) => faultAlarm(of, fault, now())))
    }
    return found
  }

  /** An entry that was stored when the service fell, and for whatever reason did not come again. */
  async function placeStragglers(of: EpochOf & { readonly count: number }): Promise<void> {
    if ((await chain.countPlacements(of)) >= of.count) return
    let from = 1
    while (!stopping.signal.aborted) {
      const page = await audit.readEpoch(of, from, undefined, stragglersPerRead)
      const last = page.at(-1)
      if (last === undefined) return
      const entries = await audit.entries(page.map(({ number }) => syncLogId(of.epoch, number)))
      const placed = await chain.write((place) =>
        place([...entries.values()].map((entry) => ({ entry, stored: false }))),
      )
      if (placed > 0) logger.warn({ ...of, placed }, 'entries that were stored without a place were given one')
      from = last.number + 1
    }
  }

  async function lookAtOwnChain(): Promise<void> {
    if (ownChainChecked) return
    const checked = await verifyAudit(chain, heads, now(), stopping.signal)
    await raise(checked.alarms)
    ownChainChecked = true
  }

  async function signDay(): Promise<void> {
    const signed = await heads.signDay(now())
    signedAt = signed?.head.signedAt ?? signedAt ?? (await heads.list('daily', 1, undefined))[0]?.head.signedAt
    if (signed === undefined) return
    logger.info({ head: signed._id, size: signed.head.size }, 'the head of the day is signed')
    ownChainChecked = false
    for (const of of known.values()) {
      await step('an epoch could not be read again', of, async () => {
        // What may still come is for the rounds, which wait for it.
        await raise((await faultsOfEpoch(of)).filter(({ kind }) => !healing.has(kind)))
      })
    }
  }

  async function run(): Promise<void> {
    let fullAt = 0
    while (!stopping.signal.aborted) {
      const isFull = Date.now() >= fullAt
      try {
        await round(isFull)
        if (isFull) fullAt = Date.now() + fullEveryMs
      } catch (error) {
        logger.debug({ reason: error instanceof Error ? error.message : String(error) }, 'the watch waits for CouchDB')
      }
      await sleep(everyMs, stopping.signal)
    }
  }

  return {
    touch(epochs) {
      for (const { storeId, epoch } of epochs) touched.set(keyOf({ storeId, epoch }), { storeId, epoch })
    },
    openAlarms: () => open,
    headAgeSeconds: () => (signedAt === undefined ? undefined : (now().getTime() - Date.parse(signedAt)) / 1000),
    start() {
      running = run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function keyOf({ storeId, epoch }: EpochOf): string {
  return `${storeId}/${epoch}`
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined)
}
