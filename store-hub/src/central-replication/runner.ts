// Runs the state machines of all databases, both ways.
//
//   store.onWrite ──wake push──┐
//   poll of update_seq ─wake pull─► queue ──by priority, 3 at a time──► link-runs ──► idle | waiting
//   line up again ─reconnected─┘
//
// 1. Sales before everything else: the free place goes to the first link in order of priority.
// 2. While the line is down nothing runs; one small probe asks whether it is up, and everything goes on at once.
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
import type { CentralLine } from './central-line.ts'
import { createLinkRuns } from './link-runs.ts'
import { compareRoutes, pollIntervalMs, routesOf, type Direction, type Route } from './links.ts'
import { readProgress, saveProgress, type Progress } from './progress.ts'
import { failuresOf, initialPhase, nextPhase, type LinkEvent, type LinkPhase } from './state.ts'

export interface CentralReplicationOptions {
  readonly store: Store
  readonly state: HubState
  readonly storeId: string
  readonly line: CentralLine
  readonly syncLog: SyncLog
  readonly refusals: Refusals
  readonly logger: FastifyBaseLogger
  /** How often a document that central refuses is offered again, milliseconds; default a minute. */
  readonly offerAgainMs?: number | undefined
}

export interface CentralReplication {
  start(): void
  stop(): Promise<void>
  wan(): WanState
  /** Undefined for a way that the database does not go. */
  status(database: string, direction: Direction): Promise<FeedStatus | undefined>
  /**
   * True once the catalogue and every sales database of this store at central were pulled to their end, since the store
   * was made. Before that, enrolments and receipts of an earlier hub may be unknown here.
   */
  hasHeardFromCentral(): boolean
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
}

const maxRuns = 3
const tickMs = 1000
const probeIntervalMs = 2000
const noProgress: Progress = { sequence: 0, lastSuccessAt: null, refused: [] }
/** Kept beside the progress of the links: a hub that heard from central once may enrol without it. */
const heardKey = 'central/heard'

export async function createCentralReplication(options: CentralReplicationOptions): Promise<CentralReplication> {
  const { store, state, storeId, line, logger } = options
  const stopping = new AbortController()
  const linkRuns = createLinkRuns({ ...options, stopping: stopping.signal })
  const links = new Map<string, Link>()
  const running = new Set<Promise<void>>()
  const saved = await readProgress(state)
  let started = false
  let discovered = false
  let tick: NodeJS.Timeout | undefined
  let nextProbeMs = 0
  let ticking: Promise<void> | undefined

  const addLinks = (database: string): void => {
    for (const route of routesOf(database)) {
      const key = keyOf(route)
      if (!links.has(key)) links.set(key, newLink(route, saved.get(key) ?? noProgress))
    }
  }

  const dispatch = (link: Link, event: LinkEvent): void => {
    const phase = nextPhase(link.phase, event)
    if (phase === link.phase) return
    clearTimeout(link.timer)
    link.phase = phase
    if (phase.name !== 'waiting') return
    link.timer = setTimeout(() => {
      dispatch(link, { type: 'timer' })
      pump()
    }, phase.delayMs)
  }

  const pump = (): void => {
    if (!started || stopping.signal.aborted || line.state() === 'down') return
    const queued = [...links.values()].filter(({ phase }) => phase.name === 'queued')
    queued.sort((a, b) => compareRoutes(a.route, b.route))
    for (const link of queued.slice(0, Math.max(0, maxRuns - running.size))) {
      dispatch(link, { type: 'started' })
      const run = execute(link).finally(() => {
        running.delete(run)
        pump()
      })
      running.add(run)
    }
  }

  const execute = async (link: Link): Promise<void> => {
    try {
      const { progress, remoteSequence, isBehind } = await linkRuns.run(link.route, link.progress)
      link.progress = progress
      link.remoteSequence = remoteSequence
      link.behindSinceMs = isBehind ? Date.now() : undefined
      link.lastError = refusedText(progress.refused.length)
      await keepProgress(keyOf(link.route), progress)
      await noteHeard()
      dispatch(link, { type: 'succeeded' })
    } catch (error) {
      if (stopping.signal.aborted) return
      linkRuns.failed(link.route, error)
      link.lastError = describeError(error)
      dispatch(link, { type: 'failed', random: Math.random() })
      const { database, direction } = link.route
      const failures = failuresOf(link.phase)
      logger.warn({ database, direction, reason: link.lastError, failures }, 'replication failed')
    }
  }

  const keepProgress = async (key: string, progress: Progress): Promise<void> => {
    const before = saved.get(key)
    const isSame = before?.sequence === progress.sequence && before.refused.join() === progress.refused.join()
    if (isSame && before.lastSuccessAt !== null) return
    await saveProgress(state, key, progress)
    saved.set(key, progress)
  }

  const noteHeard = async (): Promise<void> => {
    if (saved.has(heardKey) || !discovered) return
    const needed = [...links.values()].filter(
      ({ route }) => route.direction === 'pull' && (route.entityClass === 'catalog' || route.entityClass === 'sales'),
    )
    if (needed.some(({ progress }) => progress.lastSuccessAt === null)) return
    await keepProgress(heardKey, { ...noProgress, lastSuccessAt: new Date().toISOString() })
  }

  // A replaced hub, or a refund that head office made in an old month: databases that only central has.
  const discover = async (): Promise<void> => {
    for (const name of await line.databases(`store-${storeId}-`)) {
      const found = parseCentralDatabase(name)
      if (found === undefined || found.storeId !== storeId || store.database(found.database) !== undefined) continue
      const period = salesPeriodOf(found.database)
      if (period !== undefined && !isOpenPeriod(period, new Date())) continue
      await store.create(found.database)
      logger.info({ database: found.database }, 'database found at central')
      addLinks(found.database)
    }
    discovered = true
    await noteHeard()
  }

  const pollPulls = async (): Promise<void> => {
    for (const link of links.values()) {
      const { database, direction } = link.route
      if (direction !== 'pull' || link.phase.name !== 'idle' || link.nextPollMs > Date.now()) continue
      link.nextPollMs = Date.now() + pollIntervalMs(database, new Date())
      // A question that fails becomes a run, which makes what is missing, or fails with a back-off and a reason.
      const sequence = await line.updateSequence(centralDatabaseOf(storeId, database)).catch(() => undefined)
      if (sequence === undefined || sequence !== link.remoteSequence) dispatch(link, { type: 'wake' })
    }
  }

  const onTick = async (): Promise<void> => {
    if (line.state() === 'down') {
      if (Date.now() < nextProbeMs) return
      nextProbeMs = Date.now() + probeIntervalMs
      return line.probe()
    }
    for (const link of links.values()) {
      if (linkRuns.wantsOffer(link.route, link.progress)) dispatch(link, { type: 'wake' })
    }
    try {
      if (!discovered) await discover()
      await pollPulls()
    } catch (error) {
      logger.debug({ reason: describeError(error) }, 'central could not be asked')
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
    addLinks(database)
    const link = links.get(`${database}/push`)
    if (link === undefined) return
    link.behindSinceMs ??= Date.now()
    dispatch(link, { type: 'wake' })
    // After the writer's own turn, so that a burst is one run.
    setImmediate(pump)
  })

  return {
    start() {
      started = true
      store.names().forEach(addLinks)
      tick = setInterval(() => {
        ticking ??= onTick().finally(() => {
          ticking = undefined
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
      await Promise.allSettled([...running, ticking])
    },
    wan: line.state,
    async status(database, direction) {
      const link = links.get(`${database}/${direction}`)
      const local = store.database(database)
      if (link === undefined || local === undefined) return undefined
      const sequence = local.info().updateSequence
      return feedStatus(link, direction === 'push' ? Math.max(0, sequence - link.progress.sequence) : 0, line.state())
    },
    hasHeardFromCentral: () => saved.has(heardKey),
  }
}

function keyOf({ database, direction }: Route): string {
  return `${database}/${direction}`
}

function newLink(route: Route, progress: Progress): Link {
  return {
    route,
    phase: initialPhase,
    timer: undefined,
    progress,
    remoteSequence: undefined,
    nextPollMs: 0,
    behindSinceMs: undefined,
    lastError: undefined,
  }
}

function feedStatus(link: Link, lag: number, wan: WanState): FeedStatus {
  if (lag > 0) link.behindSinceMs ??= Date.now()
  const behindSinceMs = lag > 0 ? link.behindSinceMs : undefined
  return {
    state: linkState(link.phase, wan),
    lagDocuments: lag + link.progress.refused.length,
    behindSince: behindSinceMs === undefined ? null : new Date(behindSinceMs).toISOString(),
    lastSuccessAt: link.progress.lastSuccessAt,
    lastError: link.lastError ?? null,
    failures: failuresOf(link.phase),
  }
}

function linkState(phase: LinkPhase, wan: WanState): FeedStatus['state'] {
  if (phase.name !== 'queued') return phase.name
  return wan === 'down' ? 'waiting' : 'running'
}

function refusedText(count: number): string | undefined {
  return count === 0 ? undefined : `central refuses ${count} document${count === 1 ? '' : 's'}; see /api/refused`
}
