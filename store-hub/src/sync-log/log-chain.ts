// The one writer of the log.
//
//   append(a) ─┐               ┌─ entries n+1, n+2, n+3, each with the hash of the one before
//   append(b) ─┼─► waiting ────┤  one write, one fsync                       ─► a and b resolve
//   append(c) ─┘   (in turn)   └─ what comes meanwhile makes the next group
//
// 1. Number and previous hash come from the last entry that is on disk. A group that fails leaves the head where it was.
// 2. Events that are appended together are in one transaction: all of them are in the log, or none.
// 3. The number is part of the id, and a number that is taken is a conflict: the chain can't fork unseen.
// 4. A new epoch begins between two groups. What waits then is the new chain's.
import { schemaVersion, syncLogId, type HybridClock, type SyncLogEntry, type SyncLogEvent } from '@tidemark/contracts'
import type { DocumentDatabase, DocumentWrite } from '../store/index.ts'
import { lastEntryBefore, noteEvent, readEntries, readLogState, saveLogState, type LogState } from './log-state.ts'
import { sealLogEntry, toWellFormed } from './seal-entry.ts'
import type { SigningKey } from './signing-key.ts'

export interface LogChainOptions {
  readonly database: DocumentDatabase
  readonly storeId: string
  readonly clock: HybridClock
  readonly key: SigningKey
}

export interface LogChain {
  state(): LogState
  /** Resolves when the entries are on disk. Rejects with EpochEndedError when they are of the chain of `epoch` only. */
  append(events: readonly SyncLogEvent[], epoch?: string): Promise<void>
  /** Goes on with the chain of an epoch, or begins it; `reason` is why there is a new one. */
  enter(epoch: string, reason: string | undefined): Promise<void>
  close(): Promise<void>
}

/** What was to be told of one epoch came after its end. */
export class EpochEndedError extends Error {
  override readonly name = 'EpochEndedError'
}

interface Waiting {
  readonly events: readonly SyncLogEvent[]
  readonly epoch: string | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const eventsPerGroup = 200
const maxWaitingEvents = 20_000
/** How many entries a start has to read at most, beyond what was saved. */
const entriesPerSave = 500

/** Rejects when the epoch was begun with another key. */
export async function openLogChain(
  options: LogChainOptions,
  epoch: string,
  reason: string | undefined,
): Promise<LogChain> {
  const { database, key } = options
  let state = readLogState(database, epoch)
  let savedNumber = state.head.number
  let waiting: Waiting[] = []
  let waitingEvents = 0
  let work: Promise<void> = Promise.resolve()

  const writeGroup = async (events: readonly SyncLogEvent[]): Promise<void> => {
    const entries = sealEvents(options, state, events)
    const results = await database.write(entries.map(toWrite))
    const taken = results.find(({ kind }) => kind === 'conflict')
    if (taken !== undefined) throw new Error(`sync log: ${taken.id} was written by someone else`)
    const last = entries.at(-1)
    if (last !== undefined) state.head = { number: last.number, hash: last.hash }
    for (const event of events) noteEvent(state, event)
    if (state.head.number - savedNumber < entriesPerSave) return
    savedNumber = state.head.number
    await saveLogState(database, state)
  }

  const writeWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = takeGroup(waiting)
      waiting = waiting.slice(taken.length)
      const isLate = ({ epoch: only }: Waiting): boolean => only !== undefined && only !== state.epoch
      taken.filter(isLate).forEach(({ reject }) => reject(new EpochEndedError('a new epoch has begun')))
      const group = taken.filter((one) => !isLate(one))
      const events = group.flatMap((one) => one.events)
      waitingEvents -= taken.reduce((sum, one) => sum + one.events.length, 0)
      try {
        await writeGroup(events)
        group.forEach(({ resolve }) => resolve())
      } catch (error) {
        group.forEach(({ reject }) => reject(error))
      }
    }
  }
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const next = work.then(step)
    work = next.catch(() => undefined)
    return next
  }

  const begin = async (why: string | undefined): Promise<void> => {
    if (state.head.number > 0) return requireKey(database, state.epoch, key)
    const before = lastEntryBefore(database, state.epoch)
    await writeGroup([
      {
        kind: 'epoch-started',
        publicKey: key.publicKey,
        ...(why !== undefined && { reason: why.slice(0, 500) }),
        ...(before !== undefined && { previous: { epoch: before.epoch, number: before.number, hash: before.hash } }),
      },
    ])
  }

  await begin(reason)
  return {
    state: () => state,
    append(events, only) {
      if (events.length === 0) return Promise.resolve()
      if (waitingEvents + events.length > maxWaitingEvents) {
        return Promise.reject(new Error('more waits for the sync log than it holds'))
      }
      waitingEvents += events.length
      const written = new Promise<void>((resolve, reject) => waiting.push({ events, epoch: only, resolve, reject }))
      void inTurn(writeWaiting)
      return written
    },
    enter: (next, why) =>
      inTurn(async () => {
        if (next === state.epoch) return
        state = readLogState(database, next)
        savedNumber = state.head.number
        await begin(why)
      }),
    async close() {
      await inTurn(writeWaiting)
      await saveLogState(database, state)
    },
  }
}

function takeGroup(waiting: readonly Waiting[]): readonly Waiting[] {
  let events = 0
  const end = waiting.findIndex((one) => (events += one.events.length) > eventsPerGroup)
  return end === -1 ? waiting : waiting.slice(0, Math.max(1, end))
}

function sealEvents(
  { storeId, clock, key }: LogChainOptions,
  { epoch, head }: LogState,
  events: readonly SyncLogEvent[],
): SyncLogEntry[] {
  const entries: SyncLogEntry[] = []
  for (const event of events.map(toWellFormed)) {
    const previous = entries.at(-1) ?? head
    const number = previous.number + 1
    const body = {
      _id: syncLogId(epoch, number),
      type: 'sync-log-entry' as const,
      schemaVersion,
      storeId,
      at: clock.now(),
      by: { id: 'hub', role: 'system' as const },
      epoch,
      number,
      event,
    }
    const sealed = sealLogEntry(body, previous.hash)
    entries.push({ ...sealed, signature: key.signHash(sealed.hash) })
  }
  return entries
}

function toWrite({ _id: id, ...body }: SyncLogEntry): DocumentWrite {
  return { kind: 'edit', id, deleted: false, body: JSON.stringify(body) }
}

function requireKey(database: DocumentDatabase, epoch: string, key: SigningKey): void {
  const first = readEntries(database, epoch).next().value
  if (first?.event.kind !== 'epoch-started' || first.event.publicKey !== key.publicKey) {
    throw new Error('the sync-log key of the data folder is not the key that this epoch was begun with')
  }
}
