/**
 * Keeps this till and its hub alike. It owns no queue: every database's changes feed is its outbox (`queue-view.ts`), the state machine
 * says when to run (`state.ts`), and a run goes class by class in priority order (`replication.ts`).
 *
 *     wake: local write, hub's frame, online, service worker, timer, person
 *       └─► run: is the hub there, which epoch? ─► sales ─► inventory ─► conflicts ─► catalog
 *
 * 1. "Online" means that the hub answered.
 * 2. A class that fails stays due and doesn't hold up the next one; a hub that is gone ends the run.
 * 3. A run is never started twice, and what came in during a run is due in the next.
 */
import {
  checkDocument,
  classesByPriority,
  classOfDatabase,
  databaseOfDocument,
  type Conflict,
  type EntityClass,
  type Enrolment,
  type HubFrame,
  type Problem,
  type WanState,
} from '@tidemark/contracts'
import { messageOf } from '../data/errors.ts'
import { isNotFound, isUpdateConflict, type Database, type Fields } from '../data/pouch-types.ts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import type { HubClient } from './hub-client.ts'
import { HubSocket } from './hub-socket.ts'
import { listUnsent, type Attempts } from './queue-view.ts'
import {
  countAtHub,
  describeFailure,
  offerRefused,
  openHubDatabase,
  pullDatabase,
  pushDatabase,
  type HubLink,
  type LineReport,
} from './replication.ts'
import { nextState, timerMs, type FailureKind, type SyncEvent, type SyncState, type WakeCause } from './state.ts'
import { classStateOf, indicatorOf, type ClassStatus, type SyncStatus, type UnsentItem } from '../data/sync-status.ts'

export type QueueOutcome =
  | { readonly outcome: 'queued'; readonly documentId: string }
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'exists'; readonly documentId: string }

export type RunOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: FailureKind; readonly reason: string }
  | { readonly outcome: 'not-started'; readonly reason: string }

export type ResolveOutcome =
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'already-resolved'; readonly conflict: Conflict }
  /** A choice between two bodies is made at the conflict desk, which keeps the one that loses. */
  | { readonly outcome: 'needs-conflict-desk'; readonly conflict: Conflict }

export interface SyncManagerOptions {
  readonly databases: TerminalDatabases
  readonly hub: HubClient
  /** The hub's origin. */
  readonly baseUrl: string
  readonly enrolment: Enrolment
  readonly onStatus: (status: SyncStatus) => void
  /** Documents of the catalogue came in. */
  readonly onCatalog: () => void
}

interface ClassProgress {
  state: ClassStatus['state']
  lastError: string | null
  lastSuccessAt: string | null
}

/** What a till exchanges with its hub; its own sync log stays here until the hub asks for it. */
const exchanged: readonly EntityClass[] = classesByPriority.filter((entityClass) => entityClass !== 'sync-log')
const maxConflictsRead = 1000

export class SyncManager {
  readonly #options: SyncManagerOptions
  readonly #link: HubLink
  readonly #socket: HubSocket
  readonly #due = new Set<EntityClass>(exchanged)
  readonly #attempts = new Map<string, Attempts>()
  readonly #syncing = new Set<string>()
  readonly #classes = new Map<EntityClass, ClassProgress>(
    exchanged.map((entityClass) => [entityClass, { state: 'waiting', lastError: null, lastSuccessAt: null }]),
  )
  #state: SyncState = { phase: 'stopped' }
  #timer: ReturnType<typeof setTimeout> | undefined
  #run: Promise<RunOutcome> | undefined
  #online = false
  #replaced = false
  #epoch: string | null = null
  #wan: WanState = 'unknown'
  #failures = 0
  #lastError: string | null = null
  #lastSyncAt: string | null = null
  #unsent: readonly UnsentItem[] = []
  #openConflicts = 0
  #loading: SyncStatus['loading'] = null

  constructor(options: SyncManagerOptions) {
    this.#options = options
    this.#link = { url: new URL('/db/', options.baseUrl).href, token: options.enrolment.token }
    this.#socket = new HubSocket(options.baseUrl, options.enrolment.token, {
      onFrame: (frame) => this.#takeFrame(frame),
      onLost: () => this.wake('hub', exchanged),
      onUnauthorized: () => this.wake('hub', exchanged),
    })
  }

  async start(): Promise<void> {
    this.#lastSyncAt = (await this.#options.databases.device.read('last-sync'))?.at ?? null
    await this.#countConflicts()
    await this.#refreshUnsent()
    this.#socket.start()
    this.#dispatch({ type: 'start' })
  }

  stop(): void {
    this.#socket.stop()
    this.#dispatch({ type: 'stop' })
  }

  /** True when the hub answered last time it was asked. */
  isOnline(): boolean {
    return this.#online
  }

  /** Stores a document in its database, which is its queue. Immutable documents only: an id that exists is left alone. */
  async queueOperation(document: Fields): Promise<QueueOutcome> {
    const name = databaseOfDocument(document)
    const problems = checkDocument(name ?? '', document)
    if (name === undefined || problems.length > 0) return { outcome: 'invalid', problems }
    const { databases } = this.#options
    const database = classOfDatabase(name) === 'sales' ? await databases.sales(name) : databases.named(name)
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
    await this.#refreshUnsent()
  }

  /** Sends and fetches everything now. Shares a run that is already going on. */
  processQueue(): Promise<RunOutcome> {
    this.wake('person', exchanged)
    return this.#run ?? Promise.resolve({ outcome: 'not-started', reason: `sync is ${this.#state.phase}` })
  }

  /** Synchronises one class now. */
  syncEntity(entityClass: EntityClass): Promise<RunOutcome> {
    this.wake('person', [entityClass])
    return this.#run ?? Promise.resolve({ outcome: 'not-started', reason: `sync is ${this.#state.phase}` })
  }

  /** Finds the open case of a conflict. Until a till can decide one itself, the answer says who can. */
  async resolveConflict(conflictId: string): Promise<ResolveOutcome> {
    try {
      const document = await this.#options.databases.named('conflicts').get(conflictId)
      const conflict = document as unknown as Conflict
      return { outcome: conflict.status === 'open' ? 'needs-conflict-desk' : 'already-resolved', conflict }
    } catch (error) {
      if (isNotFound(error)) return { outcome: 'not-found' }
      throw error
    }
  }

  getSyncStatus(): SyncStatus {
    const status = {
      online: this.#online,
      running: this.#state.phase === 'running',
      lockedOut: this.#state.phase === 'locked-out',
      replaced: this.#replaced,
      unsent: this.#unsent,
      unsentReceipts: this.#unsent.filter((item) => item.entityClass === 'sales').length,
      classes: exchanged.map((entityClass) => this.#classStatus(entityClass)),
      openConflicts: this.#openConflicts,
      loading: this.#loading,
      failures: this.#failures,
      lastError: this.#lastError,
      lastSyncAt: this.#lastSyncAt,
      hubAddress: this.#options.baseUrl,
      epoch: this.#epoch,
      wan: this.#wan,
    }
    return { ...status, indicator: indicatorOf(status) }
  }

  wake(cause: WakeCause, classes: readonly EntityClass[] = exchanged): void {
    for (const entityClass of classes) this.#due.add(entityClass)
    if (cause === 'online' || cause === 'person') this.#socket.retryNow()
    this.#dispatch({ type: 'wake', cause })
  }

  #takeFrame(frame: HubFrame): void {
    if (frame.type === 'welcome') {
      this.#wan = frame.wan
      this.wake('hub', exchanged)
    }
    if (frame.type === 'wan') this.#wan = frame.wan
    // Other tills' receipts are not kept here, so the hub's news of them is none.
    if (frame.type === 'wake' && frame.entityClass !== 'sales' && exchanged.includes(frame.entityClass)) {
      this.wake('hub', [frame.entityClass])
    }
    this.#tell()
  }

  #dispatch(event: SyncEvent): void {
    const before = this.#state
    this.#state = nextState(before, event)
    if (this.#state === before) return
    clearTimeout(this.#timer)
    const delayMs = timerMs(this.#state)
    if (delayMs !== undefined) this.#timer = setTimeout(() => this.#onTimer(), delayMs)
    const mustRun = this.#state.phase === 'running' && (before.phase !== 'running' || event.type === 'succeeded')
    if (mustRun) this.#startRun()
    this.#tell()
  }

  #onTimer(): void {
    // Frames can be lost; every class is looked at when the timer fires.
    for (const entityClass of exchanged) this.#due.add(entityClass)
    this.#dispatch({ type: 'timer' })
  }

  #startRun(): void {
    this.#run = this.#runOnce()
      .catch((error: unknown): RunOutcome => ({ outcome: 'failed', reason: messageOf(error) }))
      .then(async (outcome) => {
        await this.#settle(outcome)
        return outcome
      })
  }

  async #settle(outcome: RunOutcome): Promise<void> {
    this.#loading = null
    this.#syncing.clear()
    if (outcome.outcome === 'done') {
      this.#failures = 0
      this.#lastError = null
      await this.#noteSuccess().catch((error: unknown) => {
        this.#lastError = messageOf(error)
      })
    } else if (outcome.outcome !== 'not-started') {
      this.#failures += 1
      this.#lastError = outcome.reason
    }
    await this.#refreshUnsent().catch((error: unknown) => {
      this.#lastError = messageOf(error)
    })
    this.#run = undefined
    if (outcome.outcome === 'done') this.#dispatch({ type: 'succeeded' })
    else if (outcome.outcome !== 'not-started') {
      this.#dispatch({ type: 'failed', kind: outcome.outcome, random: Math.random() })
    }
    this.#tell()
  }

  async #noteSuccess(): Promise<void> {
    this.#lastSyncAt = new Date().toISOString()
    await this.#options.databases.device.write('last-sync', { at: this.#lastSyncAt })
  }

  async #runOnce(): Promise<RunOutcome> {
    const probe = await this.#probe()
    if (probe !== undefined) return probe
    const failures: string[] = []
    for (const entityClass of exchanged.filter((candidate) => this.#due.has(candidate))) {
      // Taken off before the work: what is written meanwhile makes it due again.
      this.#due.delete(entityClass)
      const failure = await this.#runClass(entityClass)
      if (failure === undefined) continue
      this.#due.add(entityClass)
      if (failure.outcome !== 'failed') return failure
      failures.push(failure.reason)
    }
    return failures.length === 0 ? { outcome: 'done' } : { outcome: 'failed', reason: failures.join('; ') }
  }

  /** Asks the hub who it is. Undefined when all is well. */
  async #probe(): Promise<Extract<RunOutcome, { reason: string }> | undefined> {
    const { hub, enrolment } = this.#options
    const answer = await hub.readStore()
    this.#online = answer.outcome !== 'unreachable'
    if (answer.outcome !== 'ok') {
      const outcome = answer.outcome === 'unreachable' ? 'unreachable' : 'failed'
      this.#countAttempt(answer.reason, () => true)
      return { outcome, reason: answer.reason }
    }
    if (answer.value.storeId !== enrolment.storeId) {
      const reason = `this address is now the hub of ${answer.value.storeId}, this till belongs to ${enrolment.storeId}`
      this.#countAttempt(reason, () => true)
      return { outcome: 'failed', reason }
    }
    this.#epoch = answer.value.epoch
    this.#replaced = !answer.value.lanes.some(({ incarnation }) => incarnation === enrolment.incarnation)
    this.#socket.retryNow()
    return undefined
  }

  async #runClass(entityClass: EntityClass): Promise<Extract<RunOutcome, { reason: string }> | undefined> {
    const report: LineReport = { unreachable: undefined, unauthorized: false }
    const progress = this.#progressOf(entityClass)
    progress.state = 'syncing'
    this.#tell()
    try {
      await this.#exchange(entityClass, report)
      Object.assign(progress, { state: 'synced', lastError: null, lastSuccessAt: new Date().toISOString() })
      return undefined
    } catch (error) {
      const reason = report.unreachable ?? describeFailure(error)
      const outcome = failureKindOf(report)
      Object.assign(progress, { state: outcome === 'failed' ? 'failed' : 'waiting', lastError: reason })
      if (outcome === 'unreachable') this.#online = false
      this.#countAttempt(reason, (item) => item.entityClass === entityClass)
      return { outcome, reason: `${entityClass}: ${reason}` }
    }
  }

  async #exchange(entityClass: EntityClass, report: LineReport): Promise<void> {
    const { databases } = this.#options
    if (entityClass === 'sales') {
      for (const name of (await databases.salesDatabases()).reverse()) await this.#push(databases.named(name), report)
    }
    if (entityClass === 'inventory') await this.#push(databases.named('inventory'), report)
    if (entityClass === 'conflicts') {
      const written = await pullDatabase(databases.named('conflicts'), this.#remote('conflicts', report))
      if (written > 0) await this.#countConflicts()
    }
    if (entityClass === 'catalog') await this.#pullCatalog(report)
  }

  async #push(local: Database, report: LineReport): Promise<void> {
    const { device } = this.#options.databases
    const remote = this.#remote(local.name, report)
    this.#syncing.add(local.name)
    const input = { device, local, remote, epoch: this.#epoch ?? '', now: () => new Date().toISOString() }
    await this.#refreshUnsent()
    await pushDatabase(input)
    await offerRefused(input)
    this.#syncing.delete(local.name)
  }

  async #pullCatalog(report: LineReport): Promise<void> {
    const { databases, onCatalog } = this.#options
    const remote = this.#remote('catalog', report)
    const { doc_count: before } = await databases.catalog.info()
    const total = before === 0 ? await countAtHub(remote) : undefined
    const written = await pullDatabase(databases.catalog, remote, (documents) => {
      this.#loading = { documents, total }
      this.#tell()
    })
    this.#loading = null
    if (written > 0) onCatalog()
  }

  #remote(name: string, report: LineReport): Database {
    return openHubDatabase(this.#link, name, report)
  }

  #countAttempt(reason: string, applies: (item: UnsentItem) => boolean): void {
    for (const item of this.#unsent.filter(applies)) {
      const retries = (this.#attempts.get(item.documentId)?.retries ?? 0) + 1
      this.#attempts.set(item.documentId, { retries, lastError: reason })
    }
  }

  async #countConflicts(): Promise<void> {
    const { rows } = await this.#options.databases
      .named('conflicts')
      .allDocs({ startkey: 'conflict:', endkey: 'conflict:\ufff0', limit: maxConflictsRead, include_docs: true })
    this.#openConflicts = rows.filter((row) => row.doc?.['status'] === 'open').length
  }

  async #refreshUnsent(): Promise<void> {
    this.#unsent = await listUnsent(this.#options.databases, this.#epoch, this.#attempts, this.#syncing)
    const ids = new Set(this.#unsent.map((item) => item.documentId))
    for (const id of this.#attempts.keys()) if (!ids.has(id)) this.#attempts.delete(id)
    this.#tell()
  }

  #progressOf(entityClass: EntityClass): ClassProgress {
    const progress = this.#classes.get(entityClass)
    if (progress === undefined) throw new RangeError(`${entityClass} is not exchanged with the hub`)
    return progress
  }

  #classStatus(entityClass: EntityClass): ClassStatus {
    const { state, lastError, lastSuccessAt } = this.#progressOf(entityClass)
    const items = this.#unsent.filter((item) => item.entityClass === entityClass)
    const shown = classStateOf(state, items)
    return { entityClass, state: shown, unsent: items.length, lastError, lastSuccessAt }
  }

  #tell(): void {
    this.#options.onStatus(this.getSyncStatus())
  }
}

function failureKindOf(report: LineReport): FailureKind {
  if (report.unauthorized) return 'unauthorized'
  return report.unreachable === undefined ? 'failed' : 'unreachable'
}
