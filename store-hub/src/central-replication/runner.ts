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
// 5. PouchDB's checkpoint passes refused documents as it goes. After a run that failed or a process that was killed we
//    can't know which, so the next good run asks central whether it has everything since our own last note.
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
import type { PouchDatabase } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'
import type { SyncLog } from '../sync-log/index.ts'
import { isOpenPeriod, type Refusals } from '../terminals/index.ts'
import { CentralError, type CentralLine } from './central-line.ts'
import { compareRoutes, pollIntervalMs, routesOf, type Route } from './links.ts'
import { readProgress, saveProgress, type Progress } from './progress.ts'
import { replicateOnce, revisionsBetween, type RunOutcome } from './replicate-once.ts'
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
  readonly offerAgainMs?: number
}

export interface CentralReplication {
  start(): void
  stop(): Promise<void>
  wan(): WanState
  /** Undefined for a way that the database does not go. */
  status(database: string, direction: 'push' | 'pull'): Promise<FeedStatus | undefined>
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
  lastOfferMs: number
  /** A run may have been refused documents without our knowing. */
  unsure: boolean
}

const maxRuns = 3
const tickMs = 1000
const probeIntervalMs = 2000
const defaultOfferAgainMs = 60_000
const batchSize = 200
/** Kept beside the progress of the links: a hub that heard from central once may enrol without it. */
const heardKey = 'central/heard'
/** A run that has gone on this long is ended and begun again from its checkpoint. */
const longestRunMs = 15 * 60_000

export async function createCentralReplication(options: CentralReplicationOptions): Promise<CentralReplication> {
  const { store, state, storeId, line, syncLog, refusals, logger } = options
  const offerAgainMs = options.offerAgainMs ?? defaultOfferAgainMs
  const links = new Map<string, Link>()
  const ensured = new Map<string, Promise<void>>()
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
        unsure: true,
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
      link.unsure = true
      // A database that was removed at central is made again at the next run.
      if (isMissing(error)) ensured.delete(link.route.database)
      const { database, direction } = link.route
      logger.warn(
        { database, direction, reason: link.lastError, failures: failuresOf(link.phase) + 1 },
        'replication failed',
      )
      dispatch(link, { type: 'failed', random: Math.random() })
    }
  }

  const runLink = async (link: Link): Promise<void> => {
    const { database, direction } = link.route
    const local = store.database(database)
    if (local === undefined) return
    const remoteName = centralDatabaseOf(storeId, database)
    await ensureRemote(database, remoteName)
    const remoteSequence = direction === 'pull' ? await line.updateSequence(remoteName) : undefined
    const localSequence = Number((await local.info()).update_seq)
    const outcome = await replicate(link.route, local)
    if (direction === 'push' && link.unsure) await addMissing(link, local, localSequence, outcome)
    link.unsure = false
    const stillRefused = direction === 'push' ? await offerAgain(link, outcome) : []
    await report(link, outcome)
    link.remoteSequence = remoteSequence
    link.progress = {
      sequence: direction === 'push' ? localSequence : 0,
      lastSuccessAt: new Date().toISOString(),
      refused: stillRefused,
    }
    await saveIfMoved(link)
    await noteHeard()
    const moved = Number((await local.info()).update_seq) > localSequence
    link.behindSinceMs = direction === 'push' && moved ? Date.now() : undefined
  }

  const replicate = async (
    { database, direction }: Route,
    local: PouchDatabase,
    documentIds?: readonly string[],
  ): Promise<RunOutcome> => {
    const run = new AbortController()
    const abort = (): void => run.abort()
    const limit = setTimeout(abort, longestRunMs)
    stopping.signal.addEventListener('abort', abort, { once: true })
    try {
      const { signal } = run
      const remote = line.remote(centralDatabaseOf(storeId, database), signal)
      const only = documentIds === undefined ? {} : { documentIds }
      return await replicateOnce({ direction, local, remote, batchSize, signal, ...only })
    } finally {
      clearTimeout(limit)
      stopping.signal.removeEventListener('abort', abort)
    }
  }

  // Push and pull share the answer: a second PUT during the first would be told "exists" before it does.
  const ensureRemote = async (database: string, remoteName: string): Promise<void> => {
    const making = ensured.get(database) ?? line.ensureDatabase(remoteName)
    ensured.set(database, making)
    await making.catch((error: unknown) => {
      ensured.delete(database)
      throw error
    })
  }

  const addMissing = async (link: Link, local: PouchDatabase, through: number, outcome: RunOutcome): Promise<void> => {
    const known = new Set([...outcome.refused.map(({ id }) => id), ...link.progress.refused])
    const remoteName = centralDatabaseOf(storeId, link.route.database)
    for await (const revisions of revisionsBetween(local, link.progress.sequence, through)) {
      const missing = await line.missing(remoteName, revisions)
      const unknown = missing.filter((id) => !known.has(id))
      outcome.refused.push(...unknown.map((id) => ({ id, reason: 'central does not have it, and gave no reason' })))
    }
  }

  // A document that was refused earlier is behind PouchDB's checkpoint, so only we remember to offer it.
  const offerAgain = async (link: Link, outcome: RunOutcome): Promise<string[]> => {
    const ids = new Set(outcome.refused.map(({ id }) => id))
    const earlier = link.progress.refused.filter((id) => !ids.has(id))
    if (earlier.length === 0) return [...ids]
    if (Date.now() - link.lastOfferMs < offerAgainMs) return [...earlier, ...ids]
    link.lastOfferMs = Date.now()
    const local = store.database(link.route.database)
    if (local === undefined) return [...earlier, ...ids]
    const again = await replicate(link.route, local, earlier)
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

  const noteHeard = async (): Promise<void> => {
    if (saved.has(heardKey) || !discovered) return
    const needed = [...links.values()].filter(
      ({ route }) => route.direction === 'pull' && (route.entityClass === 'catalog' || route.entityClass === 'sales'),
    )
    if (needed.some(({ progress }) => progress.lastSuccessAt === null)) return
    const heard: Progress = { sequence: 0, lastSuccessAt: new Date().toISOString(), refused: [] }
    await saveProgress(state, heardKey, heard)
    saved.set(heardKey, heard)
  }

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
    if (!discovered) await discover()
    for (const link of links.values()) {
      const { database, direction } = link.route
      if (direction !== 'pull' || link.phase.name !== 'idle' || link.nextPollMs > Date.now()) continue
      link.nextPollMs = Date.now() + pollIntervalMs(database, new Date())
      const sequence = await line.updateSequence(centralDatabaseOf(storeId, database))
      if (sequence !== link.remoteSequence) dispatch(link, { type: 'wake' })
    }
  }

  const onTick = async (): Promise<void> => {
    if (line.state() === 'down') {
      if (Date.now() < nextProbeMs) return
      nextProbeMs = Date.now() + probeIntervalMs
      return line.probe()
    }
    for (const link of links.values()) {
      if (link.progress.refused.length > 0 && Date.now() - link.lastOfferMs >= offerAgainMs)
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
      link.behindSinceMs ??= Date.now()
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
      const behindSinceMs = lag > 0 ? (link.behindSinceMs ??= Date.now()) : undefined
      return {
        state: linkState(link.phase, line.state()),
        lagDocuments: lag + link.progress.refused.length,
        behindSince: behindSinceMs === undefined ? null : new Date(behindSinceMs).toISOString(),
        lastSuccessAt: link.progress.lastSuccessAt,
        lastError: link.lastError ?? null,
        failures: failuresOf(link.phase),
      }
    },
    hasHeardFromCentral: () => saved.has(heardKey),
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
