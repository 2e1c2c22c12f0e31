/**
 * Reconciliation: the service reads CouchDB's changes from its own checkpoints, so that what the stream lost, dropped or
 * never had is taken in all the same.
 *
 *     every few seconds:  list databases → whose update_seq moved? → read changes → check → handle → checkpoint
 *
 * 1. A checkpoint lies in the service's own database. It moves past a document only when the document is recorded, or its
 *    rejection is (`rejected:<database>:<id>:<rev>`).
 * 2. A document that fails is tried again each round; the checkpoint waits before it. After five tries it is recorded as
 *    rejected, so that one faulty document can't hold back a store.
 * 3. A source database that was made anew starts from the beginning.
 * 4. While the stream brings a backlog, reconciliation waits: it would take in the same documents at the same time. It waits for
 *    a minute at most, so a stream that never comes to rest hides nothing.
 */
import type { FastifyBaseLogger } from 'fastify'
import {
  HEAD_OFFICE,
  maxDeliveries,
  parseCentralDatabase,
  sharedCentralDatabase,
  type EntityClass,
} from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import type { CouchClient } from '../couch/couch-client.ts'
import type { CouchDatabase, NewDocument } from '../couch/couch-database.ts'
import { listDatabases } from '../couch/store-existence.ts'
import { describeError, UnavailableError } from '../errors.ts'
import { handleTraced, type HandleBatch, type Outcome, type SpanNames } from '../feed/handle-batch.ts'
import { checkSource, type CheckSource, type SourceDocument } from '../feed/source-document.ts'
import { backoffMs, pause } from '../pause.ts'
import { readChanges, updateSequences, type Change, type Sequence } from './central-changes.ts'

export interface ReconcilerOptions {
  readonly client: CouchClient
  /** The service's own database: checkpoints and rejections. */
  readonly database: CouchDatabase
  /** `catalog` means the shared catalogue. */
  readonly classes: readonly EntityClass[]
  readonly handle: HandleBatch
  /** `checkSource` unless given. */
  readonly check?: CheckSource | undefined
  readonly recover: () => Promise<void>
  readonly spans: SpanNames
  readonly telemetry: Telemetry
  readonly logger: FastifyBaseLogger
  /** Milliseconds between rounds. */
  readonly everyMs: number
  /** Messages that wait in the stream. */
  readonly feedBacklog: () => number
}

export interface Reconciler {
  /** Finishes the batch in hand. */
  stop(): Promise<void>
}

interface Source {
  /** Name at central. */
  readonly name: string
  readonly storeId: string
  /** Name at the hub. */
  readonly database: string
}

interface Checkpoint {
  readonly since: Sequence
  /** The database's update sequence at the time when everything up to it was taken in. */
  readonly caughtUpAt: Sequence | undefined
}

const changesPerRead = 500
/** More messages than a batch of the stream are a backlog. */
const backlogFrom = 200
const longestWaitMs = 60_000
const start: Checkpoint = { since: 0, caughtUpAt: undefined }

export function startReconciler(options: ReconcilerOptions): Reconciler {
  const { client, database, telemetry, logger, check = checkSource } = options
  const stopping = new AbortController()
  const checkpoints = new Map<string, Checkpoint>()
  const failedTries = new Map<string, number>()
  const countDocuments = telemetry.counter(
    'tidemark_reconciled_documents_total',
    'Changes read from CouchDB, by outcome',
  )

  let roundEndedAtMs = Date.now()
  const goesOn = (): boolean =>
    !stopping.signal.aborted && (options.feedBacklog() <= backlogFrom || Date.now() - roundEndedAtMs > longestWaitMs)

  async function run(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      try {
        if (failures > 0) await options.recover()
        await round()
        failures = 0
        await pause(options.everyMs, stopping.signal)
      } catch (error) {
        const waitMs = Math.max(options.everyMs, backoffMs(failures))
        failures += 1
        // What was learnt may be about databases that have gone.
        checkpoints.clear()
        const level = error instanceof UnavailableError ? 'warn' : 'error'
        logger[level]({ reason: describeError(error), waitMs }, 'reconciliation stopped; trying again')
        await pause(waitMs, stopping.signal)
      }
    }
  }

  async function round(): Promise<void> {
    const sources = (await listDatabases(client)).flatMap((name) => sourceOf(name, options.classes))
    const sequences = await updateSequences(
      client,
      sources.map(({ name }) => name),
    )
    for (const source of sources) {
      const sequence = sequences.get(source.name)
      if (!goesOn()) return
      if (sequence !== undefined) await catchUp(source, sequence)
    }
    roundEndedAtMs = Date.now()
  }

  async function catchUp(source: Source, updateSequence: Sequence): Promise<void> {
    let checkpoint = await loadCheckpoint(source, updateSequence)
    if (checkpoint.caughtUpAt === updateSequence) return
    while (goesOn()) {
      const { results, last_seq } = await readChanges(client, source.name, checkpoint.since, changesPerRead)
      const taken = await takeIn(source, results)
      const lastTaken = results[taken - 1]
      if (taken < results.length) {
        if (lastTaken !== undefined) await saveCheckpoint(source, { since: lastTaken.seq, caughtUpAt: undefined })
        return
      }
      const caughtUp = results.length < changesPerRead
      checkpoint = { since: last_seq, caughtUpAt: caughtUp ? updateSequence : undefined }
      await saveCheckpoint(source, checkpoint)
      if (caughtUp) return
    }
  }

  /** How many changes, from the first on, are recorded or have their rejection recorded. */
  async function takeIn(source: Source, changes: readonly Change[]): Promise<number> {
    const outcomes = new Map<number, Outcome>()
    const batch: { index: number; document: SourceDocument }[] = []
    for (const [index, change] of changes.entries()) {
      if (change.id.startsWith('_design/')) continue
      const result = check(sourceDocumentOf(source, change))
      if (result.ok) batch.push({ index, document: result.document })
      else outcomes.set(index, { kind: 'reject', reason: result.reason })
    }
    if (batch.length > 0) {
      const documents = batch.map(({ document }) => document)
      const handled = await handleTraced(telemetry, options.spans, options.handle, documents)
      for (const [position, { index }] of batch.entries()) {
        const outcome = handled[position]
        if (outcome !== undefined) outcomes.set(index, limitTries(source, changes[index], outcome))
      }
    }
    for (const { kind } of outcomes.values()) countDocuments(1, { outcome: kind })
    await recordRejections(source, changes, outcomes)
    const firstOpen = changes.findIndex((_, index) => outcomes.get(index)?.kind === 'retry')
    return firstOpen === -1 ? changes.length : firstOpen
  }

  function limitTries(source: Source, change: Change | undefined, outcome: Outcome): Outcome {
    const key = `${source.name}/${change?.id}/${revisionOf(change)}`
    if (outcome.kind !== 'retry') {
      failedTries.delete(key)
      return outcome
    }
    const tries = (failedTries.get(key) ?? 0) + 1
    failedTries.set(key, tries)
    logger.warn({ database: source.name, id: change?.id, tries, reason: outcome.reason }, 'a document failed')
    if (tries < maxDeliveries) return outcome
    failedTries.delete(key)
    return { kind: 'reject', reason: `failed ${tries} tries, the last with: ${outcome.reason}` }
  }

  async function recordRejections(
    source: Source,
    changes: readonly Change[],
    outcomes: ReadonlyMap<number, Outcome>,
  ): Promise<void> {
    const rejections: NewDocument[] = []
    for (const [index, outcome] of outcomes) {
      const change = changes[index]
      if (outcome.kind === 'reject' && change !== undefined)
        rejections.push(rejectionOf(source, change, outcome.reason))
    }
    const written = await database.bulkInsert(rejections)
    for (const [index, result] of written.entries()) {
      const rejection = rejections[index]
      // A rejection that can't be recorded keeps the checkpoint where it is.
      if (result.kind === 'failed') throw new Error(`${rejection?._id} could not be recorded: ${result.reason}`)
      if (result.kind === 'stored') {
        logger.error({ rejection: rejection?._id, reason: rejection?.['reason'] }, 'a document at central was rejected')
      }
    }
  }

  async function loadCheckpoint(source: Source, updateSequence: Sequence): Promise<Checkpoint> {
    const known = checkpoints.get(source.name) ?? (await readCheckpoint(database, source.name))
    // Sequences that are plain numbers tell when a database was made anew; opaque ones CouchDB itself judges.
    const rewound =
      typeof known.since === 'number' && typeof updateSequence === 'number' && updateSequence < known.since
    const checkpoint = rewound ? start : known
    checkpoints.set(source.name, checkpoint)
    return checkpoint
  }

  async function saveCheckpoint(source: Source, checkpoint: Checkpoint): Promise<void> {
    await database.putLocal(checkpointId(source.name), { ...checkpoint })
    checkpoints.set(source.name, checkpoint)
  }

  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function sourceOf(name: string, classes: readonly EntityClass[]): readonly Source[] {
  if (name === sharedCentralDatabase) {
    return classes.includes('catalog') ? [{ name, storeId: HEAD_OFFICE, database: name }] : []
  }
  const parsed = parseCentralDatabase(name)
  if (parsed === undefined || !classes.includes(parsed.entityClass)) return []
  return [{ name, storeId: parsed.storeId, database: parsed.database }]
}

function sourceDocumentOf(source: Source, change: Change): SourceDocument {
  const document = change.doc ?? { _id: change.id }
  const conflicts = document['_conflicts']
  return {
    storeId: source.storeId,
    database: source.database,
    rev: revisionOf(change),
    conflicts: Array.isArray(conflicts) ? conflicts.filter((rev) => typeof rev === 'string') : [],
    deleted: change.deleted === true,
    document,
    source: 'reconciliation',
  }
}

/** With `style=all_docs` the winner comes first. */
function revisionOf(change: Change | undefined): string {
  const rev = change?.doc?.['_rev']
  return typeof rev === 'string' ? rev : (change?.changes[0]?.rev ?? '')
}

function rejectionOf(source: Source, change: Change, reason: string): NewDocument {
  const { _id, ...body } = sourceDocumentOf(source, change).document
  const rev = revisionOf(change)
  return {
    _id: `rejected:${source.name}:${change.id}:${rev}`,
    type: 'rejected',
    storeId: source.storeId,
    database: source.name,
    documentId: _id,
    rev,
    reason,
    rejectedAt: new Date().toISOString(),
    // Inside a field of its own, because CouchDB refuses unknown names with an underscore at the top.
    document: body,
  }
}

function checkpointId(name: string): string {
  return `reconciliation-${name}`
}

async function readCheckpoint(database: CouchDatabase, name: string): Promise<Checkpoint> {
  const stored = await database.getLocal(checkpointId(name))
  const [since, caughtUpAt] = [stored?.['since'], stored?.['caughtUpAt']]
  if (!isSequence(since)) return start
  return { since, caughtUpAt: isSequence(caughtUpAt) ? caughtUpAt : undefined }
}

function isSequence(value: unknown): value is Sequence {
  return typeof value === 'string' || typeof value === 'number'
}
