// Refused documents. A refusal tells its sender never to send that document again, so what is refused must be kept here.
//
//   couch-server, sync API, ──record──► open ──accepted──► accepted   (the sender sent it again, or a manager offered it)
//   replication, publisher               │ ▲                  │
//                                discard │ │ restore          └─ refused once more: open again
//                                        ▼ │
//                                     discarded
//
// 1. `record` resolves when log entry and cases are on disk; only then may the refusal be answered.
// 2. The same text of the same sender is one case: another refusal adds to its count, and costs neither a write nor a log
//    entry but the 10th, 100th, … and when the reason changes.
// 3. A case counts as accepted only when the database holds exactly that content, not when it holds the same id.
// 4. Cases and bytes are bounded, and so is the part of one sender. Room is made by the oldest accepted cases, then by the
//    oldest discarded. When only open ones are left, `record` fails: the write is not answered, and the sender keeps it.
import {
  errorCodes,
  maxDocumentsPerLogEntry,
  type QuarantineItem,
  type QuarantineItemWithText,
  type QuarantinePage,
  type SyncLogEvent,
} from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { HubError } from '../errors.ts'
import type { DocumentDatabase } from '../store/index.ts'
import { openQuarantineCases, type CaseWrite, type QuarantineCase } from './quarantine-cases.ts'
import { indexOpenCases } from './open-cases.ts'
import {
  chooseLeaving,
  countAgain,
  isToBeLogged,
  maxOriginLength,
  maxReasonLength,
  mergeRepeats,
  nameInLog,
  pageOf,
  requireState,
  toCase,
  toItem,
  type QuarantineFilter,
  type QuarantineLimits,
  type RefusalInput,
} from './quarantine-rules.ts'
import { holdsContent } from './stored-content.ts'

export interface AcceptedDocuments {
  readonly database: string
  /** Who took them: `hub` for the own store, else an origin of `record`. */
  readonly by: string
  readonly ids: readonly string[]
}

export interface Quarantine {
  /** Resolves when all of it is on disk. Rejects with a HubError `unavailable` when there is no room; nothing is kept then. */
  record(refusal: RefusalInput): Promise<void>
  /** Tells that documents are stored; cheap where none of them was refused before. */
  accepted(documents: AcceptedDocuments): void
  list(filter: QuarantineFilter): Promise<QuarantinePage>
  /** Throws a HubError `not-found`, as everything below does. */
  read(id: string): Promise<QuarantineItemWithText>
  /** Throws a HubError `conflict` for a case that is not open. */
  discard(id: string, by: string, reason: string): Promise<QuarantineItem>
  /** Throws a HubError `conflict` for a case that is not discarded. */
  restore(id: string, by: string): Promise<QuarantineItem>
  /** Notes that a manager offered the document again; `reason` undefined when it was accepted. */
  noteOffer(id: string, by: string, reason: string | undefined): Promise<QuarantineItem>
  /** Open cases. */
  count(): number
  size(): { readonly open: number; readonly total: number }
  /** Resolves when what was counted is on disk. */
  close(): Promise<void>
}

export interface QuarantineOptions {
  readonly database: DocumentDatabase
  /** The database that a document belongs to, undefined when there is none. */
  readonly databaseOf: (name: string) => DocumentDatabase | undefined
  readonly append: (event: SyncLogEvent) => Promise<void>
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
  readonly limits?: QuarantineLimits
}

const defaultLimits: QuarantineLimits = { cases: 5000, bytes: 256 * 1024 * 1024 }

export function createQuarantine(options: QuarantineOptions): Quarantine {
  const { databaseOf, append, logger, now } = options
  const limits = options.limits ?? defaultLimits
  const cases = openQuarantineCases(options.database)
  /** Open cases by database and document, for the way of every accepted write. */
  const open = indexOpenCases(cases.all())
  /** Counted, and not on disk yet. */
  const counted = new Map<string, QuarantineCase>()
  let queue: Promise<unknown> = Promise.resolve()
  let isClosed = false

  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const result = queue.then(work)
    queue = result.catch(() => undefined)
    return result
  }
  const present = (id: string): QuarantineCase | undefined => counted.get(id) ?? cases.get(id)
  const everyCase = (): QuarantineCase[] => [...cases.all()].map(({ id }) => known(id))
  const known = (id: string): QuarantineCase => {
    const item = present(id)
    if (item === undefined) throw new HubError(errorCodes.notFound, `There is no quarantined document ${id}`)
    return item
  }
  const save = async (writes: readonly CaseWrite[]): Promise<void> => {
    if (writes.length === 0) return
    await cases.save(writes)
    for (const { item } of writes) {
      counted.delete(item.id)
      open.note(item)
    }
  }

  const recordNow = async (input: RefusalInput): Promise<void> => {
    const at = now().toISOString()
    const refusals = mergeRepeats(input.documents.map((document) => toCase(input, document, at))).map((fresh) => ({
      ...fresh,
      item: countAgain(present(fresh.item.id), fresh.item),
    }))
    const kept = refusals.filter(({ item }) => isToBeLogged(item, present(item.id)))
    await makeRoom(refusals.map(({ item }) => item))
    await log(
      input,
      kept.map(({ item }) => item),
    )
    await save(
      kept.map(({ item, text }) => ({
        item: { ...item, loggedCount: item.count },
        ...(cases.get(item.id) === undefined && { text }),
      })),
    )
    for (const { item } of refusals) if (!kept.some((other) => other.item.id === item.id)) counted.set(item.id, item)
  }

  const log = async (input: RefusalInput, items: readonly QuarantineCase[]): Promise<void> => {
    if (items.length === 0) return
    const { database, origin } = input
    const documents = items.map(({ documentId, rev, reason }) => ({
      id: documentId,
      ...(rev !== null && { rev }),
      reason,
    }))
    logger.warn({ database, origin, documents: documents.slice(0, 20), total: documents.length }, 'documents refused')
    for (let from = 0; from < documents.length; from += maxDocumentsPerLogEntry) {
      const part = documents.slice(from, from + maxDocumentsPerLogEntry)
      await append({ kind: 'documents-refused', database, origin: origin.slice(0, maxOriginLength), documents: part })
    }
  }

  const makeRoom = async (refused: readonly QuarantineCase[]): Promise<void> => {
    const leaving = chooseLeaving([...cases.all()], refused, limits)
    if (leaving === undefined) {
      logger.error({ cases: limits.cases, bytes: limits.bytes }, 'the quarantine is full of open cases')
      throw new HubError(
        errorCodes.unavailable,
        'No room in the quarantine of this hub for more of this sender: a manager has to decide about its cases',
      )
    }
    if (leaving.length === 0) return
    for (const { id } of leaving) counted.delete(id)
    await cases.remove(leaving.map(({ id }) => id))
  }

  /** Cases among `items` whose content the own store holds now become accepted. */
  const settle = async (items: readonly QuarantineCase[]): Promise<void> => {
    const stored = items.filter((item) => item.state === 'open' && isStored(item))
    const decision = { at: now().toISOString(), by: 'hub' }
    await save(stored.map((item) => ({ item: { ...item, state: 'accepted' as const, decision } })))
  }
  const isStored = (item: QuarantineCase): boolean => {
    const database = databaseOf(item.database)
    const text = item.textBytes === null || database?.head(item.documentId) === undefined ? null : cases.text(item.id)
    return database !== undefined && text !== null && holdsContent(database, item, text)
  }

  const settleAccepted = async ({ database, by, ids }: AcceptedDocuments): Promise<void> => {
    const items = ids.flatMap((id) => open.of(database, id)).map(({ id }) => known(id))
    if (by === 'hub') return settle(items)
    const decision = { at: now().toISOString(), by: by.slice(0, maxOriginLength) }
    const theirs = items.filter(({ origin, textBytes }) => origin === by && textBytes === null)
    await save(theirs.map((item) => ({ item: { ...item, state: 'accepted' as const, decision } })))
  }
  const background = (work: () => Promise<void>): void => {
    inTurn(work).catch((error: unknown) => logger.error({ err: error }, 'quarantine could not be brought up to date'))
  }
  background(() => settle(everyCase()))

  const decide = (id: string, change: (item: QuarantineCase) => { item: QuarantineCase; event: SyncLogEvent }) =>
    inTurn(async () => {
      await settle([known(id)])
      const { item, event } = change(known(id))
      await append(event)
      await save([{ item }])
      return toItem(item)
    })

  return {
    record: (input) => (input.documents.length === 0 ? Promise.resolve() : inTurn(() => recordNow(input))),
    accepted(documents) {
      if (isClosed || open.size() === 0) return
      const concerned = documents.ids.filter((id) => open.of(documents.database, id).length > 0)
      if (concerned.length > 0) background(() => settleAccepted({ ...documents, ids: concerned }))
    },
    list: (filter) =>
      inTurn(async () => {
        await settle(pageOf(everyCase(), filter).items)
        const all = everyCase()
        const { items, nextAfter } = pageOf(all, filter)
        return { items: items.map(toItem), nextAfter, open: open.size(), total: all.length }
      }),
    read: (id) =>
      inTurn(async () => {
        await settle([known(id)])
        return { ...toItem(known(id)), text: cases.text(id) }
      }),
    discard: (id, by, reason) =>
      decide(id, (item) => {
        requireState(item, 'open', 'discarded')
        const decision = { at: now().toISOString(), by, reason }
        const event = { kind: 'quarantine-discarded' as const, ...nameInLog(item, by), reason }
        return { item: { ...item, state: 'discarded', decision }, event }
      }),
    restore: (id, by) =>
      decide(id, (item) => {
        requireState(item, 'discarded', 'restored')
        const event = { kind: 'quarantine-restored' as const, ...nameInLog(item, by) }
        return { item: { ...item, state: 'open', decision: null }, event }
      }),
    noteOffer: (id, by, reason) =>
      inTurn(async () => {
        await settle([known(id)])
        const item = known(id)
        const accepted = reason === undefined
        const why = accepted ? {} : { reason: reason.slice(0, maxReasonLength) }
        await append({ kind: 'quarantine-offered', ...nameInLog(item, by), accepted, ...why })
        if (accepted && item.state === 'accepted') {
          await save([{ item: { ...item, decision: { at: now().toISOString(), by } } }])
        }
        return toItem(known(id))
      }),
    count: () => open.size(),
    size: () => ({ open: open.size(), total: cases.size() }),
    async close() {
      isClosed = true
      await inTurn(() => save([...counted.values()].map((item) => ({ item }))))
    },
  }
}
