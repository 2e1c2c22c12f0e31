/**
 * Keeps this till and its hub alike. It owns no queue: every database's changes feed is its outbox (`queue-view.ts`), the state machine
 * says when to run (`state.ts`), a run (`sync-run.ts`) goes through the exchanges in order of priority (`exchanges/`), and what is
 * learnt stands on the board (`status-board.ts`).
 *
 *     wake: local write, hub's frame, online, service worker, timer, person
 *       └─► run: is the hub there, which epoch? ─► sales ─► inventory ─► conflicts ─► catalog
 *
 * 1. "Online" means that the hub answered.
 * 2. A run is never started twice, and what came in during a run is due in the next.
 */
import {
  classOfDatabase,
  databaseOfDocument,
  type Author,
  type Conflict,
  type EntityClass,
  type Enrolment,
  type HubFrame,
  type LeafDecision,
  type Problem,
} from '@tidemark/contracts'
import { messageOf } from '../data/errors.ts'
import { isNotFound, isUpdateConflict, type Fields } from '../data/pouch-types.ts'
import type { SyncStatus } from '../data/sync-status.ts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import { exchangedClasses, exchanges, type ExchangeNews } from './exchanges/index.ts'
import type { TillLog } from '../data/till-log.ts'
import type { HubClient } from './hub-client.ts'
import type { HubSession } from './hub-session.ts'
import { HubSocket } from './hub-socket.ts'
import { nextState, timerMs, type SyncEvent, type SyncState, type WakeCause } from './state.ts'
import { StatusBoard } from './status-board.ts'
import { runOnce, type RunOutcome, type SyncRunParts } from './sync-run.ts'

export type { RunOutcome } from './sync-run.ts'

export type QueueOutcome =
  | { readonly outcome: 'queued'; readonly documentId: string }
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'exists'; readonly documentId: string }

export type ResolveOutcome =
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'already-resolved'; readonly conflict: Conflict }
  /** It is for a person, and nothing was chosen; or it is head office's to decide. */
  | { readonly outcome: 'needs-person'; readonly conflictId: string; readonly canDecide: boolean }
  | { readonly outcome: 'decided'; readonly conflict: Conflict }
  | { readonly outcome: 'invalid'; readonly reason: string }

/** What a till knows of open conflicts, and how one is decided here. */
export interface ConflictDesk {
  find(conflictId: string): { readonly canDecide: boolean } | undefined
  decide(
    conflictId: string,
    decision: LeafDecision,
    note: string,
    by: Author,
  ): Promise<
    | { readonly outcome: 'decided'; readonly conflict: Conflict }
    | { readonly outcome: 'invalid'; readonly reason: string }
  >
}

export interface SyncManagerOptions {
  readonly databases: TerminalDatabases
  readonly hub: HubClient
  /** The hub's origin. */
  readonly baseUrl: string
  readonly enrolment: Enrolment
  readonly session: HubSession
  readonly log: TillLog
  readonly onStatus: (status: SyncStatus) => void
  readonly onFirstCatalog?: NonNullable<ExchangeNews['onFirstCatalog']>
  /** Documents of the catalogue came in. */
  readonly onCatalog: () => void
  /** Cases of conflict came in. */
  readonly onConflicts?: () => void
  /** Takes what the hub says is on hand; called in a run, when nothing is being sent. */
  readonly takeStock?: NonNullable<ExchangeNews['takeStock']>
  /** Finds an open conflict by the id of its case, and decides it; without it conflicts are decided elsewhere. */
  readonly conflicts?: ConflictDesk
  /** Receipts of other lanes or of head office came in. */
  readonly onReceipts: ExchangeNews['onReceipts']
}

export class SyncManager {
  readonly #databases: TerminalDatabases
  readonly #options: SyncManagerOptions
  readonly #board: StatusBoard
  readonly #socket: HubSocket
  readonly #run: SyncRunParts
  readonly #due = new Set<EntityClass>(exchangedClasses)
  #state: SyncState = { phase: 'stopped' }
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<RunOutcome> | undefined

  constructor(options: SyncManagerOptions) {
    const { databases, hub, baseUrl, enrolment, session, log } = options
    this.#databases = databases
    this.#options = options
    this.#board = new StatusBoard(databases, baseUrl, () => this.#tell())
    const lookAgain = (): void => this.wake('hub')
    this.#socket = new HubSocket(baseUrl, session, {
      onFrame: (frame) => this.#takeFrame(frame),
      onLost: lookAgain,
      onUnauthorized: lookAgain,
    })
    this.#run = {
      databases,
      hub,
      enrolment,
      link: { url: new URL('/db/', baseUrl).href, session },
      board: this.#board,
      news: { ...options, onMore: (entityClass) => this.wake('hub', [entityClass]) },
      log,
      due: this.#due,
      vouchedEpoch: () => this.#socket.epoch,
      onHubFound: () => this.#socket.retryNow(),
    }
  }

  async start(): Promise<void> {
    await this.#board.load()
    this.#socket.start()
    this.#dispatch({ type: 'start' })
  }

  stop(): void {
    this.#socket.stop()
    this.#dispatch({ type: 'stop' })
  }

  /** True when the hub answered last time it was asked. */
  isOnline(): boolean {
    return this.#board.online
  }

  /** Stores a document in its database, which is its queue. Immutable documents only: an id that exists is left alone. */
  async queueOperation(document: Fields): Promise<QueueOutcome> {
    const name = databaseOfDocument(document)
    const { checkDocument } = await import('@tidemark/contracts/check-document')
    const problems = checkDocument(name ?? '', document)
    if (name === undefined || problems.length > 0) return { outcome: 'invalid', problems }
    const isSale = classOfDatabase(name) === 'sales'
    const database = isSale ? await this.#databases.sales(name) : this.#databases.named(name)
    const documentId = String(document['_id'])
    try {
      await database.put(document)
    } catch (error) {
      if (isUpdateConflict(error)) return { outcome: 'exists', documentId }
      throw error
    }
    await this.noteLocalWrite(name)
    return { outcome: 'queued', documentId }
  }

  /** Tells that something was written to a database of this till. */
  async noteLocalWrite(database: string): Promise<void> {
    this.wake('local-write', [classOfDatabase(database) ?? 'sales'])
    await this.#board.countWrite()
  }

  /** Looks anew at what is unsent, and tells. */
  countUnsent(): Promise<void> {
    return this.#board.refreshUnsent()
  }

  /** Sends and fetches everything now. Shares a run that is already going on. */
  processQueue(): Promise<RunOutcome> {
    this.wake('person')
    return this.#runOrNone()
  }

  /** Synchronises one class now. */
  syncEntity(entityClass: EntityClass): Promise<RunOutcome> {
    this.wake('person', [entityClass])
    return this.#runOrNone()
  }

  /**
   * Decides a conflict at this till, offline too; without a decision, the answer says who can. A rule never needs this: what a rule
   * decides is merged at head office and comes down.
   */
  async resolveConflict(
    conflictId: string,
    chosen?: { readonly decision: LeafDecision; readonly by: Author; readonly note?: string },
  ): Promise<ResolveOutcome> {
    const open = this.#options.conflicts?.find(conflictId)
    if (open !== undefined && chosen !== undefined && open.canDecide) {
      const { decision, by, note = '' } = chosen
      return (await this.#options.conflicts?.decide(conflictId, decision, note, by)) ?? { outcome: 'not-found' }
    }
    if (open !== undefined) return { outcome: 'needs-person', conflictId, canDecide: open.canDecide }
    try {
      const document = await this.#databases.named('conflicts').get(conflictId)
      const conflict = document as unknown as Conflict
      if (conflict.status === 'resolved') return { outcome: 'already-resolved', conflict }
      return { outcome: 'needs-person', conflictId, canDecide: false }
    } catch (error) {
      if (isNotFound(error)) return { outcome: 'not-found' }
      throw error
    }
  }

  /** How many conflicts are open, as whoever looks at documents and cases has found. */
  noteConflicts(open: number): void {
    this.#board.openConflicts = open
    this.#tell()
  }

  getSyncStatus(): SyncStatus {
    return this.#board.status(this.#state.phase)
  }

  wake(cause: WakeCause, classes: readonly EntityClass[] = exchangedClasses): void {
    for (const entityClass of classes) this.#due.add(entityClass)
    if (cause === 'online' || cause === 'person') {
      this.#board.askedAtMs = 0
      this.#socket.retryNow()
    }
    this.#dispatch({ type: 'wake', cause })
  }

  #takeFrame(frame: HubFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.#board.wan = frame.wan
        this.wake('hub')
        break
      case 'wan':
        this.#board.wan = frame.wan
        break
      case 'wake':
        if (isWokenBy(frame.entityClass) && !this.#isReceived(frame)) this.wake('hub', [frame.entityClass])
        break
      case 'epoch':
        // The store behind this address is another one: everything is compared again.
        this.wake('hub')
        break
      case 'conflicts':
        if (frame.open !== this.#board.openConflicts) this.wake('hub', ['conflicts', 'catalog'])
        break
      case 'stock':
        // What other tills sold changes what is on hand; the numbers come with the class of stock.
        this.wake('hub', ['inventory'])
        break
      case 'read-only':
        this.#board.hubReadOnly = frame.reason
        if (frame.reason === null) this.wake('hub')
        break
      case 'ping':
        return
    }
    this.#tell()
  }

  /** A till is told of what it sent itself, too. */
  #isReceived({ database, sequence }: { readonly database: string; readonly sequence: number }): boolean {
    const received = this.#board.receivedUpTo(database)
    return typeof received === 'number' && received >= sequence
  }

  #runOrNone(): Promise<RunOutcome> {
    return this.#running ?? Promise.resolve({ outcome: 'not-started', reason: `sync is ${this.#state.phase}` })
  }

  #dispatch(event: SyncEvent): void {
    const before = this.#state
    this.#state = nextState(before, event)
    if (this.#state === before) return
    clearTimeout(this.#timer)
    const delayMs = timerMs(this.#state)
    this.#board.nextTryAt = delayMs === undefined ? null : new Date(Date.now() + delayMs).toISOString()
    if (delayMs !== undefined) this.#timer = setTimeout(() => this.#onTimer(), delayMs)
    const mustRun = this.#state.phase === 'running' && (before.phase !== 'running' || event.type === 'succeeded')
    if (mustRun) this.#startRun()
    this.#tell()
  }

  #onTimer(): void {
    // Frames can be lost; every class is looked at when the timer fires.
    for (const entityClass of exchangedClasses) this.#due.add(entityClass)
    this.#board.askedAtMs = 0
    this.#dispatch({ type: 'timer' })
  }

  #startRun(): void {
    this.#running = runOnce(this.#run)
      .catch((error: unknown): RunOutcome => ({ outcome: 'failed', reason: messageOf(error) }))
      .then(async (outcome) => {
        await this.#settle(outcome)
        return outcome
      })
  }

  async #settle(outcome: RunOutcome): Promise<void> {
    const board = this.#board
    const noteError = (error: unknown): void => {
      board.lastError = messageOf(error)
    }
    board.endRun()
    if (outcome.outcome === 'done') {
      if (board.failures > 0) void this.#options.log.note({ kind: 'recovered', failures: board.failures })
      await board.noteGoodRun(new Date().toISOString()).catch(noteError)
    } else if (outcome.outcome !== 'not-started') {
      if (outcome.outcome === 'unauthorized') board.lockedOut = true
      this.#noteFailure(outcome.reason)
    }
    await board.refreshUnsent().catch(noteError)
    this.#running = undefined
    if (outcome.outcome === 'done') this.#dispatch({ type: 'succeeded' })
    else if (outcome.outcome !== 'not-started') {
      this.#dispatch({ type: 'failed', kind: outcome.outcome, random: Math.random() })
    }
    this.#tell()
  }

  /** The 1st, 2nd, 4th, 8th … failure is logged: an outage of days is a few lines. */
  #noteFailure(reason: string): void {
    this.#board.noteFailedRun(reason)
    const { failures } = this.#board
    if (Number.isInteger(Math.log2(failures))) void this.#options.log.note({ kind: 'failed', reason, failures })
  }

  #tell(): void {
    this.#options.onStatus(this.getSyncStatus())
  }
}

function isWokenBy(entityClass: EntityClass): boolean {
  return exchanges.some((exchange) => exchange.entityClass === entityClass && exchange.wokenByHub)
}
