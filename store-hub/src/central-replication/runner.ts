// Runs the state machines of all databases, both ways.
//
//   store.onWrite ──wake push──┐
//   poll of update_seq ─wake pull─► queue ──by priority, 3 at a time──► replicateOnce ──► idle | waiting
//   line up again ─reconnected─┘
//
// 1. Sales before everything else: the free place goes to the first link in order of priority.
// 2. While the line is down nothing runs; one small probe asks whether it is up, and everything goes on at once.
// 3. "Pushed through N" is noted only after a run that began at N came to its end.
// 4. Documents that central refuses by themselves are recorded and offered again; they are never silently passed.
import {
  centralDatabaseOf,
  parseCentralDatabase,
  salesPeriodOf,
  type FeedStatus,
  type WanState,
} from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { describeError } from '../errors.ts'
import type { HubState } from '../hub-state/index.ts'
import type { Store } from '../store/index.ts'
import type { SyncLog } from '../sync-log/index.ts'
import { isOpenPeriod, type Refusals } from '../terminals/index.ts'
import { CentralError, type CentralLine } from './central-line.ts'
import { compareRoutes, pollIntervalMs, routesOf, type Route } from './links.ts'
import { readProgress, saveProgress, type Progress } from './progress.ts'
import { replicateOnce, type RunOutcome } from './replicate-once.ts'
import { failuresOf, initialPhase, nextPhase, type LinkEvent, type LinkPhase } from './state.ts'

export interface CentralReplicationOptions {
  readonly store: Store
  readonly state: HubState
  readonly storeId: string
  readonly line: CentralLine
  readonly syncLog: SyncLog
  readonly refusals: Refusals
  readonly logger: FastifyBaseLogger
  readonly nowMs?: () => number
  readonly random?: () => number
}

export interface CentralReplication {
  start(): void
  stop(): Promise<void>
  wan(): WanState
  /** Undefined for a way that the database does not go. */
  status(database: string, direction: 'push' | 'pull'): Promise<FeedStatus | undefined>
  /** True once a pull of the database has come to its end since the store was made. */
  hasPulled(database: string): boolean
}

interface Link {
  readonly route: Route
  phase: LinkPhase
  timer: NodeJS.Timeout | undefined
  progress: Progress
  /** Central's sequence at the start of the last good pull. */
  remoteSequence: string | undefined
  nextPollMs: number
  behindSinceMs: number | undefined
  lastError: string | undefined
  lastOfferMs: number
}

const maxRuns = 3
const tickMs = 1000
const probeIntervalMs = 2000
const offerAgainMs = 60_000
const batchSize = 200
/** A run that has gone on this long is ended and begun again from its checkpoint. */
const longestRunMs = 15 * 60_000

export async function createCentralReplication(options: CentralReplicationOptions): Promise<CentralReplication> {
  const { store, state, storeId, line, syncLog, refusals, logger } = options
  const nowMs = options.nowMs ?? Date.now
  const random = options.random ?? Math.random
  const links = new Map<string, Link>()
  const ensured = new Set<string>()
  const runs = new Set<Promise<void>>()
  const stopping = new AbortController()
  const saved = await readProgress(state)
  let started = false
  let discovered = false
  let tick: NodeJS.Timeout | undefined
  let nextProbeMs = 0
  let polling: Promise<void> | undefined

  const dispatch = (link: Link, event: LinkEvent): void => {
    const phase = nextPhase(link.phase, event)
    if (phase === link.phase) return
    clearTimeout(link.timer)
    link.phase = phase
    if (phase.name === 'waiting') {
      link.timer = setTimeout(() => {
        dispatch(link, { type: 'timer' })
        pump()
      }, phase.delayMs)
    }
  }

  const addLinks = (database: string): void => {
    for (const route of routesOf(database)) {
      const key = `${database}/${route.direction}`
      if (links.has(key)) continue
      const progress = saved.get(key) ?? { sequence: 0, lastSuccessAt: null, refused: [] }
      links.set(key, {
        route,
        phase: initialPhase,
        timer: undefined,
        progress,
        remoteSequence: undefined,
        nextPollMs: 0,
        behindSinceMs: undefined,
        lastError: undefined,
        lastOfferMs: 0,
      })
    }
  }

  const pump = (): void => {
    if (!started || stopping.signal.aborted || line.state() === 'down') return
    const queued = [...links.values()].filter(({ phase }) => phase.name === 'queued')
    queued.sort((a, b) => compareRoutes(a.route, b.route))
    for (const link of queued.slice(0, Math.max(0, maxRuns - runs.size))) {
      dispatch(link, { type: 'started' })
      const run = execute(link).finally(() => {
        runs.delete(run)
        pump()
      })
      runs.add(run)
    }
  }

  const execute = async (link: Link): Promise<void> => {
    try {
      await runLink(link)
      link.lastError = link.progress.refused.length > 0 ? refusedText(link.progress.refused.length) : undefined
      dispatch(link, { type: 'succeeded' })
    } catch (error) {
      if (stopping.signal.aborted) return
      link.lastError = describeError(error)
      // A database that was removed at central is made again at the next run.
      if (isMissing(error)) ensured.delete(link.route.database)
      const { database, direction } = link.route
      logger.warn(
        { database, direction, reason: link.lastError, failures: failuresOf(link.phase) + 1 },
        'replication failed',
      )
      dispatch(link, { type: 'failed', random: random() })
    }
  }

  const runLink = async (link: Link): Promise<void> => {
    const { database, direction } = link.route
    const local = store.database(database)
    if (local === undefined) return
    const remoteName = centralDatabaseOf(storeId, database)
    if (!ensured.has(database)) {
      await line.ensureDatabase(remoteName)
      ensured.add(database)
    }
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(longestRunMs)])
    const remoteSequence = direction === 'pull' ? await line.updateSequence(remoteName) : undefined
    const localSequence = Number((await local.info()).update_seq)
    const remote = line.remote(remoteName, signal)
    const outcome = await replicateOnce({ direction, local, remote, batchSize, signal })
    const stillRefused = direction === 'push' ? await offerAgain(link, outcome) : []
    await report(link, outcome)
    link.remoteSequence = remoteSequence
    link.progress = {
      sequence: direction === 'push' ? localSequence : 0,
      lastSuccessAt: new Date(nowMs()).toISOString(),
      refused: stillRefused,
    }
    await saveIfMoved(link)
    const moved = Number((await local.info()).update_seq) > localSequence
    link.behindSinceMs = direction === 'push' && moved ? nowMs() : undefined
  }

  // A document that was refused earlier is behind PouchDB's checkpoint, so only we remember to offer it.
  const offerAgain = async (link: Link, outcome: RunOutcome): Promise<string[]> => {
    const ids = new Set(outcome.refused.map(({ id }) => id))
    const earlier = link.progress.refused.filter((id) => !ids.has(id))
    if (earlier.length === 0) return [...ids]
    if (nowMs() - link.lastOfferMs < offerAgainMs) return [...earlier, ...ids]
    link.lastOfferMs = nowMs()
    const local = store.database(link.route.database)
    if (local === undefined) return [...earlier, ...ids]
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(longestRunMs)])
    const remote = line.remote(centralDatabaseOf(storeId, link.route.database), signal)
    const again = await replicateOnce({ direction: 'push', local, remote, batchSize, signal, documentIds: earlier })
    return [...ids, ...again.refused.map(({ id }) => id)]
  }

  const report = async (link: Link, { documentsWritten, refused }: RunOutcome): Promise<void> => {
    const { database, direction } = link.route
    if (refused.length > 0) {
      const documents = refused.map(({ id, reason }) => ({ id, rev: undefined, reason, text: undefined }))
      await refusals.record({ database, origin: 'central', documents })
    }
    if (documentsWritten === 0 && refused.length === 0) return
    logger.info({ database, direction, documentsWritten, documentsRefused: refused.length }, 'replicated')
    // The log's own journey is not logged: each such entry would have to travel again.
    if (database === 'sync-log') return
    const documentsRefused = refused.length
    await syncLog.append({ kind: 'replication-run', database, direction, documentsWritten, documentsRefused })
  }

  const saveIfMoved = async (link: Link): Promise<void> => {
    const key = `${link.route.database}/${link.route.direction}`
    const before = saved.get(key)
    const { progress } = link
    const same =
      before !== undefined &&
      before.sequence === progress.sequence &&
      before.refused.join() === progress.refused.join() &&
      before.lastSuccessAt !== null
    if (same) return
    await saveProgress(state, key, progress)
    saved.set(key, progress)
  }

  const discover = async (): Promise<void> => {
    for (const name of await line.databases(`store-${storeId}-`)) {
      const found = parseCentralDatabase(name)
      if (found === undefined || found.storeId !== storeId || store.database(found.database) !== undefined) continue
      const period = salesPeriodOf(found.database)
      if (period !== undefined && !isOpenPeriod(period, new Date(nowMs()))) continue
      await store.create(found.database)
      logger.info({ database: found.database }, 'database found at central')
      addLinks(found.database)
    }
    discovered = true
  }

  const pollPulls = async (): Promise<void> => {
    if (!discovered) await discover()
    for (const link of links.values()) {
      const { database, direction } = link.route
      if (direction !== 'pull' || link.phase.name !== 'idle' || link.nextPollMs > nowMs()) continue
      link.nextPollMs = nowMs() + pollIntervalMs(database, new Date(nowMs()))
      const sequence = await line.updateSequence(centralDatabaseOf(storeId, database))
      if (sequence !== link.remoteSequence) dispatch(link, { type: 'wake' })
    }
  }

  const onTick = async (): Promise<void> => {
    if (line.state() === 'down') {
      if (nowMs() < nextProbeMs) return
      nextProbeMs = nowMs() + probeIntervalMs
      return line.probe()
    }
    for (const link of links.values()) {
      if (link.progress.refused.length > 0 && nowMs() - link.lastOfferMs >= offerAgainMs)
        dispatch(link, { type: 'wake' })
    }
    try {
      await pollPulls()
    } catch (error) {
      logger.debug({ reason: describeError(error) }, 'central was not asked')
    }
    pump()
  }

  const unsubscribeLine = line.onChange((wan) => {
    logger.info({ wan }, 'line to central')
    if (wan !== 'up') return
    discovered = false
    for (const link of links.values()) dispatch(link, { type: 'reconnected' })
    pump()
  })

  const unsubscribeStore = store.onWrite((database) => {
    const link = links.get(`${database}/push`)
    if (link === undefined) {
      addLinks(database)
    } else {
      link.behindSinceMs ??= nowMs()
      dispatch(link, { type: 'wake' })
    }
    // After the writer's own turn, so that a burst is one run.
    setImmediate(pump)
  })

  return {
    start() {
      started = true
      store.names().forEach(addLinks)
      tick = setInterval(() => {
        polling ??= onTick().finally(() => {
          polling = undefined
        })
      }, tickMs)
      pump()
    },
    async stop() {
      stopping.abort()
      clearInterval(tick)
      unsubscribeLine()
      unsubscribeStore()
      for (const link of links.values()) dispatch(link, { type: 'stop' })
      await Promise.allSettled([...runs, polling])
    },
    wan: line.state,
    async status(database, direction) {
      const link = links.get(`${database}/${direction}`)
      const local = store.database(database)
      if (link === undefined || local === undefined) return undefined
      const sequence = Number((await local.info()).update_seq)
      const lag = direction === 'push' ? Math.max(0, sequence - link.progress.sequence) : 0
      const behindSinceMs = lag > 0 ? (link.behindSinceMs ??= nowMs()) : undefined
      return {
        state: linkState(link.phase, line.state()),
        lagDocuments: lag + link.progress.refused.length,
        behindSince: behindSinceMs === undefined ? null : new Date(behindSinceMs).toISOString(),
        lastSuccessAt: link.progress.lastSuccessAt,
        lastError: link.lastError ?? null,
        failures: failuresOf(link.phase),
      }
    },
    hasPulled: (database) => (links.get(`${database}/pull`)?.progress.lastSuccessAt ?? null) !== null,
  }
}

function linkState(phase: LinkPhase, wan: WanState): FeedStatus['state'] {
  if (phase.name !== 'queued') return phase.name
  return wan === 'down' ? 'waiting' : 'running'
}

function refusedText(count: number): string {
  return `central refuses ${count} document${count === 1 ? '' : 's'}; see /api/refused`
}

function isMissing(error: unknown): boolean {
  const status = error instanceof CentralError ? error.status : (error as { status?: unknown } | null)?.status
  return status === 404
}
