// Runs the state machines of all databases, both ways.
//
//   store.onWrite ──wake push──┐
//   poll of update_seq ─wake pull─► queue ──by priority, 3 at a time──► batches ──► idle | waiting
//   line up again ─reconnected─┤                          ▲                │
//   new epoch ─────restarted───┤                          └────yielded─────┘
//   lease ──fenced, unfenced───┘
//
// 1. Sales before everything else: the free place goes to the first way in order of priority, and a long run gives its
//    place up between two batches when one before it waits.
// 2. While the line is down nothing runs; one small probe asks whether it is up, and everything goes on at once.
// 3. What central says about its own load (429, 503 with Retry-After) holds for all ways.
// 4. Before each batch up the lease is confirmed. A fenced hub writes nothing to central.
// 5. A way has one run at a time: an old one has ended before the next begins, whatever the state machine says meanwhile.
import type { FeedStatus, WanState } from '@tidemark/contracts'
import { centralDatabaseOf } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { describeError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import { createArrivalTimes } from './arrival-times.ts'
import { centralUuid, openCentralDatabase, type CentralDatabase } from './central-database.ts'
import { CentralError, isLineFailure } from './central-error.ts'
import type { CentralLine } from './central-line.ts'
import { databasesAtCentral } from './discovery.ts'
import { openFence, type Fence } from './fence.ts'
import type { HeardNote } from './heard-note.ts'
import { keyOf, refusedText, statusOf, type Link } from './link.ts'
import { compareRoutes, pollIntervalMs, routesOf, type Direction, type Route } from './routes.ts'
import { createPull } from './pull.ts'
import { createPush } from './push.ts'
import { failuresOf, initialPhase, nextPhase, type LinkEvent } from './state.ts'
import { agreementMs, RewoundError, type RefusalDesk, type Way } from './way.ts'

export interface CentralReplicationOptions {
  readonly store: Store
  readonly storeId: string
  readonly line: CentralLine
  readonly logger: FastifyBaseLogger
  readonly desk: RefusalDesk
  /** Told at the end of a run that did something. */
  readonly onRun?: (run: FinishedRun) => Promise<void>
  /** Told that central remembers more of the present epoch than the store has. */
  readonly onRewound?: (evidence: RewoundError) => Promise<void>
  readonly fence?: Fence
  readonly heard: HeardNote
  /** True for a sales period that is still replicated. */
  readonly isOpenPeriod: (period: string) => boolean
  /** How often a document that central refuses is offered again, milliseconds; default a minute. */
  readonly offerAgainMs?: number | undefined
}

export interface FinishedRun extends Pick<Route, 'database' | 'direction'> {
  readonly documentsWritten: number
  readonly documentsRefused: number
}

export interface CentralReplication {
  start(): void
  /** Ends what is under way; checkpoints stay where they are. */
  stop(): Promise<void>
  wan(): WanState
  /** Undefined for a way that the database does not go. */
  status(database: string, direction: Direction): FeedStatus | undefined
  /** Up to which sequence of a database central has everything, and what it refuses, with the reasons. */
  confirmed(database: string): { readonly sequence: number; readonly refused: ReadonlyMap<string, string> } | undefined
  /**
   * True once the catalogue and every sales database of this store at central were pulled to their end, in this epoch.
   * Before that, enrolments and receipts of an earlier hub may be unknown here.
   */
  hasHeardFromCentral(): boolean
}

const maxRuns = 3
const tickMs = 1000
const probeIntervalMs = 2000
const defaultOfferAgainMs = 60_000

export function createCentralReplication(options: CentralReplicationOptions): CentralReplication {
  const { store, storeId, line, logger, heard, fence = openFence } = options
  const links = new Map<string, Link>()
  const ensured = new Map<string, Promise<void>>()
  const endings: (() => void)[] = []
  const stopping = new AbortController()
  let started = false
  let isPumpDue = false
  let discovered = false
  let tick: NodeJS.Timeout | undefined
  let ticking: Promise<void> | undefined
  let nextProbeMs = 0
  let holdUntilMs = 0
  let renewing: Promise<void> | undefined
  /** Central's uuid, asked for now and then. */
  let central: { readonly uuid: string; readonly untilMs: number } | undefined

  const running = (): Link[] => [...links.values()].filter(({ run }) => run !== undefined)

  const newWay = (route: Route): Way => {
    const local = store.database(route.database)
    if (local === undefined) throw new Error(`the database ${route.database} is not open`)
    const way = {
      route,
      local,
      storeId,
      epoch: store.uuid,
      desk: options.desk,
      offerAgainMs: options.offerAgainMs ?? defaultOfferAgainMs,
    }
    return route.direction === 'push' ? createPush(way) : createPull(way)
  }

  const addLinks = (database: string): void => {
    for (const route of routesOf(database)) {
      if (links.has(keyOf(route))) continue
      links.set(keyOf(route), {
        route,
        phase: fence.verdict().kind === 'open' ? initialPhase : nextPhase(initialPhase, { type: 'fenced' }),
        timer: undefined,
        way: newWay(route),
        run: undefined,
        abort: new AbortController(),
        remoteSequence: undefined,
        nextPollMs: 0,
        arrivals: createArrivalTimes(store.database(database)?.info().updateSequence ?? 0),
        lastError: undefined,
      })
    }
  }

  const dispatch = (link: Link, event: LinkEvent): void => {
    const phase = nextPhase(link.phase, event)
    if (phase === link.phase) return
    clearTimeout(link.timer)
    link.phase = phase
    if (!('delayMs' in phase)) return
    link.timer = setTimeout(() => {
      dispatch(link, { type: 'timer' })
      pump()
    }, phase.delayMs)
  }
  const dispatchAll = (event: LinkEvent): void => {
    for (const link of links.values()) dispatch(link, event)
  }

  const startable = (): Link[] =>
    [...links.values()]
      .filter(({ phase, run }) => phase.name === 'queued' && run === undefined)
      .sort((a, b) => compareRoutes(a.route, b.route))

  const pump = (): void => {
    if (!started || stopping.signal.aborted || line.state() === 'down' || isHeld()) return
    for (const link of startable().slice(0, Math.max(0, maxRuns - running().length))) {
      dispatch(link, { type: 'started' })
      link.abort = new AbortController()
      link.run = run(link).finally(() => {
        link.run = undefined
        pump()
      })
    }
  }

  /** A more urgent way waits, and there is no place for it. */
  const mustYield = ({ route }: Link): boolean => {
    const [first] = startable()
    return first !== undefined && running().length >= maxRuns && compareRoutes(first.route, route) < 0
  }

  const remoteOf = (database: string, signal: AbortSignal): CentralDatabase =>
    openCentralDatabase(line, centralDatabaseOf(storeId, database), signal)

  // Push and pull share the answer: a second PUT during the first would be told "exists" before it does.
  const ensureRemote = async (database: string): Promise<void> => {
    const making = ensured.get(database) ?? remoteOf(database, stopping.signal).ensure()
    ensured.set(database, making)
    await making.catch((error: unknown) => {
      ensured.delete(database)
      throw error
    })
  }

  const run = async (link: Link): Promise<void> => {
    const total = { written: 0, refused: 0 }
    try {
      const outcome = await replicate(link, total)
      link.abort.signal.throwIfAborted()
      if (outcome === 'succeeded') {
        link.way.succeeded()
        link.lastError = refusedText(link)
        await noteHeard()
      }
      dispatch(link, { type: outcome })
    } catch (error) {
      if (!link.abort.signal.aborted) await failed(link, error)
    }
    await report(link.route, total)
  }

  const replicate = async (link: Link, total: { written: number; refused: number }) => {
    const { route, way, abort } = link
    const { signal } = abort
    await ensureRemote(route.database)
    const remote = remoteOf(route.database, signal)
    const remoteSequence = route.direction === 'pull' ? await remote.updateSequence() : undefined
    await way.open(remote, await centralOf(signal))
    for (;;) {
      if (route.direction === 'push' && (await fence.confirm(signal)).kind === 'fenced') return 'fenced'
      const result = await way.batch({
        remote,
        batchSize: link.phase.batchSize,
        onTooLarge: () => dispatch(link, { type: 'too-large' }),
      })
      signal.throwIfAborted()
      total.written += result.written
      total.refused += result.refused
      if (route.direction === 'push') link.arrivals.forget(way.sequence)
      if (result.kind === 'unsafe') {
        throw new CentralError('failing', 'central has too few copies of what was sent (202); it is sent again')
      }
      dispatch(link, { type: 'batch-done' })
      if (result.kind === 'done') {
        link.remoteSequence = remoteSequence
        return 'succeeded'
      }
      if (mustYield(link) || isHeld()) return 'yielded'
    }
  }

  const centralOf = async (signal: AbortSignal): Promise<string> => {
    if (central === undefined || performance.now() > central.untilMs) {
      central = { uuid: await centralUuid(line, signal), untilMs: performance.now() + agreementMs }
    }
    return central.uuid
  }

  const failed = async (link: Link, error: unknown): Promise<void> => {
    const { database, direction } = link.route
    link.lastError = describeError(error)
    link.way.forgetAgreement()
    if (error instanceof RewoundError) await tellRewound(error)
    if (error instanceof CentralError) {
      // A database that was removed at central is made again at the next run.
      if (error.kind === 'missing') ensured.delete(database)
      if (error.retryAfterMs !== undefined) hold(error.retryAfterMs)
      if (error.kind === 'unauthorised') {
        dispatch(link, { type: 'unauthorised', random: Math.random() })
        renewing ??= renew().finally(() => (renewing = undefined))
      }
    }
    const retryAfterMs = error instanceof CentralError ? error.retryAfterMs : undefined
    const cause = isLineFailure(error) || line.state() === 'down' ? 'line' : 'central'
    dispatch(link, { type: 'failed', cause, retryAfterMs, random: Math.random() })
    const failures = failuresOf(link.phase)
    // The 1st, 2nd, 4th, 8th …: an outage of days is a few lines.
    const level = Number.isInteger(Math.log2(failures)) ? 'warn' : 'debug'
    logger[level]({ database, direction, reason: link.lastError, failures }, 'replication failed')
  }

  const tellRewound = async (evidence: RewoundError): Promise<void> => {
    await options.onRewound?.(evidence).catch((error: unknown) => {
      logger.error({ reason: describeError(error) }, 'no new epoch could be begun')
    })
  }

  const isHeld = (): boolean => performance.now() < holdUntilMs
  const hold = (delayMs: number): void => {
    holdUntilMs = Math.max(holdUntilMs, performance.now() + delayMs)
    setTimeout(pump, delayMs).unref()
  }

  const renew = async (): Promise<void> => {
    const isNew = await line.authorization.renew().catch((error: unknown) => {
      logger.error({ reason: describeError(error) }, "central's credentials could not be read again")
      return false
    })
    if (!isNew || stopping.signal.aborted) return
    logger.info('central is asked with other credentials')
    dispatchAll({ type: 'authorised' })
    pump()
  }

  const report = async ({ database, direction }: Route, { written, refused }: { written: number; refused: number }) => {
    if (written === 0 && refused === 0) return
    const finished = { database, direction, documentsWritten: written, documentsRefused: refused }
    logger.info(finished, 'replicated')
    await options.onRun?.(finished).catch((error: unknown) => {
      logger.error({ err: error, database, direction }, 'a replication run could not be logged')
    })
  }

  const noteHeard = async (): Promise<void> => {
    if (heard.epoch() === store.uuid || !discovered) return
    const needed = [...links.values()].filter(
      ({ route }) => route.direction === 'pull' && (route.entityClass === 'catalog' || route.entityClass === 'sales'),
    )
    if (needed.some(({ way }) => way.lastSuccessAt === null)) return
    await heard.save(store.uuid)
  }

  // A replaced hub, or a refund that head office made in an old month: databases that only central has.
  const discover = async (): Promise<void> => {
    for (const database of await databasesAtCentral(line, storeId, options.isOpenPeriod, stopping.signal)) {
      if (store.database(database) !== undefined) continue
      await store.create(database)
      logger.info({ database }, 'database found at central')
      addLinks(database)
    }
    discovered = true
    await noteHeard()
  }

  const pollPulls = async (): Promise<void> => {
    for (const link of links.values()) {
      const { database, direction } = link.route
      if (direction !== 'pull' || link.phase.name !== 'idle' || link.nextPollMs > performance.now()) continue
      if (line.state() === 'down' || stopping.signal.aborted) return
      link.nextPollMs = performance.now() + pollIntervalMs(database, new Date())
      // A question that fails becomes a run, which makes what is missing, or fails with a back-off and a reason.
      const remote = remoteOf(database, stopping.signal)
      const sequence = await remote.updateSequence().catch(() => undefined)
      if (sequence === undefined || sequence !== link.remoteSequence) dispatch(link, { type: 'wake' })
    }
  }

  const onTick = async (): Promise<void> => {
    if (isHeld()) return
    if (line.state() === 'down') {
      if (performance.now() < nextProbeMs) return
      nextProbeMs = performance.now() + probeIntervalMs
      return line.probe()
    }
    for (const link of links.values()) if (link.way.wantsOffer()) dispatch(link, { type: 'wake' })
    try {
      if (fence.verdict().kind === 'open') {
        if (!discovered) await discover()
        await pollPulls()
      }
    } catch (error) {
      logger.debug({ reason: describeError(error) }, 'central could not be asked')
    }
    pump()
  }

  const onEpochChange = (): void => {
    for (const link of links.values()) {
      link.abort.abort()
      link.way = newWay(link.route)
      link.remoteSequence = undefined
    }
    discovered = false
    dispatchAll({ type: 'restarted' })
    pump()
  }

  const onFence = (): void => {
    const isOpen = fence.verdict().kind === 'open'
    if (!isOpen) for (const link of running()) link.abort.abort()
    dispatchAll({ type: isOpen ? 'unfenced' : 'fenced' })
    pump()
  }

  const onWan = (wan: WanState): void => {
    logger.info({ wan }, 'line to central')
    if (wan !== 'up') return
    discovered = false
    central = undefined
    for (const link of links.values()) link.way.forgetAgreement()
    dispatchAll({ type: 'reconnected' })
    pump()
  }

  const onWrite = (database: string): void => {
    if (stopping.signal.aborted) return
    addLinks(database)
    const link = links.get(`${database}/push`)
    if (link === undefined) return
    link.arrivals.note(() => store.database(database)?.info().updateSequence ?? 0, Date.now())
    dispatch(link, { type: 'wake' })
    if (isPumpDue) return
    isPumpDue = true
    // After the writer's own turn, so that a burst is one run.
    setImmediate(() => {
      isPumpDue = false
      pump()
    })
  }

  endings.push(
    line.onChange(onWan),
    store.onWrite(onWrite),
    store.onEpochChange(onEpochChange),
    fence.onChange(onFence),
  )

  return {
    start() {
      started = true
      store.names().forEach(addLinks)
      tick = setInterval(() => {
        ticking ??= onTick().finally(() => (ticking = undefined))
      }, tickMs)
      pump()
    },
    async stop() {
      stopping.abort()
      clearInterval(tick)
      for (const end of endings) end()
      for (const link of links.values()) link.abort.abort()
      dispatchAll({ type: 'stop' })
      await Promise.allSettled([...running().map((link) => link.run), ticking, renewing])
    },
    wan: line.state,
    status(database, direction) {
      const link = links.get(`${database}/${direction}`)
      return link === undefined ? undefined : statusOf(store, link, line.state(), fence)
    },
    confirmed: (database) => links.get(`${database}/push`)?.way,
    hasHeardFromCentral: () => heard.epoch() === store.uuid,
  }
}
