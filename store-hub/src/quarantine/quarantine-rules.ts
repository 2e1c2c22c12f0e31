// What a refusal does to the cases. Pure.
import { createHash } from 'node:crypto'
import { errorCodes, type QuarantineItem, type QuarantineState } from '@tidemark/contracts'
import { HubError } from '../errors.ts'
import type { QuarantineCase } from './quarantine-cases.ts'

export interface RefusalInput {
  readonly database: string
  /** Who sent it: an incarnation; `central` or `nats` where those refused what the hub sent. */
  readonly origin: string
  /** Each brought its own revision (default), or is an edit upon `rev`. */
  readonly replicated?: boolean
  readonly documents: readonly RefusedDocument[]
}

export interface RefusedDocument {
  readonly id: string
  readonly rev: string | undefined
  readonly reason: string
  /** JSON text as it came in; undefined where the body is in the hub's own database. */
  readonly text: string | undefined
}

export interface QuarantineFilter {
  readonly database?: string | undefined
  readonly origin?: string | undefined
  readonly state?: QuarantineState | undefined
  readonly limit: number
  /** `nextAfter` of the page before */
  readonly after?: string | undefined
}

export interface QuarantineLimits {
  readonly cases: number
  /** of all texts together */
  readonly bytes: number
}

/** What one sender may take: a broken till must not use up the room of the others. */
const shareOfOneOrigin = 0.5
export const maxReasonLength = 1000
const maxDocumentIdLength = 512
const maxRevLength = 80
export const maxOriginLength = 100

export function toCase(
  input: RefusalInput,
  document: RefusedDocument,
  at: string,
): { item: QuarantineCase; text?: string } {
  const { database, origin, replicated = true } = input
  const { id: documentId, rev, reason, text } = document
  const key = JSON.stringify([database, origin, documentId, rev ?? '', text ?? ''])
  const item: QuarantineCase = {
    id: createHash('sha256').update(key).digest('hex').slice(0, 32),
    database,
    origin,
    documentId: documentId.slice(0, maxDocumentIdLength),
    rev: rev === undefined ? null : rev.slice(0, maxRevLength),
    replicated: replicated && rev !== undefined,
    reason: reason.slice(0, maxReasonLength),
    state: 'open',
    firstAt: at,
    lastAt: at,
    count: 1,
    loggedCount: 0,
    textBytes: text === undefined ? null : Buffer.byteLength(text),
    decision: null,
  }
  return { item, ...(text !== undefined && { text }) }
}

export type Refusal = ReturnType<typeof toCase>

/** A batch may hold the same document twice. */
export const mergeRepeats = (refusals: readonly Refusal[]): Refusal[] => [
  ...new Map(refusals.map((refusal) => [refusal.item.id, refusal])).values(),
]

export function countAgain(before: QuarantineCase | undefined, fresh: QuarantineCase): QuarantineCase {
  if (before === undefined) return fresh
  const reopened = before.state === 'accepted' ? { state: 'open' as const, decision: null } : {}
  return { ...before, ...reopened, reason: fresh.reason, lastAt: fresh.lastAt, count: before.count + 1 }
}

/** The first, the 10th, the 100th, …, and what differs from the last one. */
export function isToBeLogged(item: QuarantineCase, before: QuarantineCase | undefined): boolean {
  return item.count >= item.loggedCount * 10 || item.reason !== before?.reason || item.state !== before.state
}

/** Which cases leave so that the new ones among `refused` fit; undefined when there is no room. */
export function chooseLeaving(
  all: readonly QuarantineCase[],
  refused: readonly QuarantineCase[],
  limits: QuarantineLimits,
): QuarantineCase[] | undefined {
  const present = new Set(all.map(({ id }) => id))
  const incoming = refused.filter(({ id }) => !present.has(id))
  if (incoming.length === 0) return []
  const again = new Set(refused.map(({ id }) => id))
  const origin = incoming[0]?.origin
  const openOfOrigin = sizeOf(all.filter((item) => item.origin === origin && item.state === 'open'))
  const ownShare = { cases: limits.cases * shareOfOneOrigin, bytes: limits.bytes * shareOfOneOrigin }
  if (!fits(add(openOfOrigin, sizeOf(incoming)), ownShare)) return undefined
  const settled = all.filter(({ id, state }) => state !== 'open' && !again.has(id)).sort(compareSettled)
  const size = add(sizeOf(all), sizeOf(incoming))
  const leaving: QuarantineCase[] = []
  for (const item of settled) {
    if (fits(size, limits)) break
    leaving.push(item)
    size.cases -= 1
    size.bytes -= item.textBytes ?? 0
  }
  return fits(size, limits) ? leaving : undefined
}

const sizeOf = (items: readonly QuarantineCase[]): { cases: number; bytes: number } => ({
  cases: items.length,
  bytes: items.reduce((sum, { textBytes }) => sum + (textBytes ?? 0), 0),
})
const add = (a: QuarantineLimits, b: QuarantineLimits): { cases: number; bytes: number } => ({
  cases: a.cases + b.cases,
  bytes: a.bytes + b.bytes,
})
const fits = (size: QuarantineLimits, limits: QuarantineLimits): boolean =>
  size.cases <= limits.cases && size.bytes <= limits.bytes

// What is accepted is in the store, so it leaves before what a manager threw away and might want back.
function compareSettled(a: QuarantineCase, b: QuarantineCase): number {
  if (a.state !== b.state) return a.state === 'accepted' ? -1 : 1
  return (a.decision?.at ?? '').localeCompare(b.decision?.at ?? '')
}

export function pageOf(
  all: readonly QuarantineCase[],
  { database, origin, state, limit, after }: QuarantineFilter,
): { items: QuarantineCase[]; nextAfter: string | null } {
  const wanted = all
    .filter((item) => database === undefined || item.database === database)
    .filter((item) => origin === undefined || item.origin === origin)
    .filter((item) => state === undefined || item.state === state)
    .filter((item) => after === undefined || positionOf(item) < after)
    .sort((a, b) => (positionOf(a) < positionOf(b) ? 1 : -1))
  const items = wanted.slice(0, limit)
  const last = items.at(-1)
  return { items, nextAfter: last === undefined || wanted.length <= limit ? null : positionOf(last) }
}

/** Neither part changes, so a page goes on where the one before ended. */
const positionOf = ({ firstAt, id }: QuarantineCase): string => `${firstAt}~${id}`

export function requireState(item: QuarantineCase, state: QuarantineState, verb: string): void {
  if (item.state === state) return
  throw new HubError(errorCodes.conflict, `It can't be ${verb}: the document is ${item.state}`)
}

export const nameInLog = ({ database, origin, documentId, rev }: QuarantineCase, decidedBy: string) => ({
  database,
  origin: origin.slice(0, maxOriginLength),
  id: documentId,
  ...(rev !== null && { rev }),
  decidedBy,
})

export function toItem(item: QuarantineCase): QuarantineItem {
  const { loggedCount: _loggedCount, decision, ...shown } = item
  return { ...shown, decision: decision === null ? null : { ...decision } }
}
