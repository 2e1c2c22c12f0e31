/**
 * What this till sends to its hub, and the proof that it arrived. `pull-database.ts` is the other direction.
 *
 *     changes since the position ──► `_revs_diff` if they are many ──► `_bulk_docs` of what the hub lacks ──► refusals ──► position
 *
 * 1. The hub hears of each change, and its answer for each document is looked at. One request sends a receipt, where PouchDB's
 *    replication takes several more for its checkpoints, and skips for ever what was refused once.
 * 2. A position moves after the refusals before it are on disk; a request that fails leaves it where it was.
 * 3. Every request has a time-out.
 */
import PouchDB from 'pouchdb-core'
import httpAdapter from 'pouchdb-adapter-http'
import { messageOf, SessionError } from '../data/errors.ts'
import { describeNoAnswer } from './hub-client.ts'
import type { HubSession } from './hub-session.ts'
import type { DeviceStore } from '../data/device-store.ts'
import { readLeaves } from '../data/leaves.ts'
import type { SyncPositions } from '../data/sync-positions.ts'
import {
  statusOf,
  type BulkResult,
  type Database,
  type DatabaseOptions,
  type DocumentChange,
  type StoredDocument,
} from '../data/pouch-types.ts'

PouchDB.plugin(httpAdapter)

export interface HubLink {
  /** The hub's database address, such as `http://127.0.0.1:4721/db/`. */
  readonly url: string
  readonly session: HubSession
}

/** What went wrong on the line, as the last request of a run saw it. PouchDB's own errors don't always tell. */
export interface LineReport {
  unreachable: string | undefined
  unauthorized: boolean
}

const requestTimeoutMs = 20_000
const pushBatchSize = 100
/** So few documents are sent without asking what of them the hub lacks: it is most likely all, and what it has changes nothing. */
const sentUnasked = 5
/** HTTP: a body of more than the hub takes. */
const tooLarge = 413
/** Refused documents that are offered again in one pass. */
const maxOffers = 50

/** The hub's copy of a database. Made anew for each run: a hub may have been replaced by an empty one meanwhile. */
export function openHubDatabase(
  link: HubLink,
  name: string,
  report: LineReport,
  options: Pick<DatabaseOptions, 'skip_setup'> = {},
): Database {
  return new PouchDB(`${link.url}${name}`, { adapter: 'http', ...options, fetch: hubFetch(link, report) })
}

/** `fetch` as this till, with a time-out; the report tells what the line did. */
export function hubFetch(link: HubLink, report: LineReport): (url: string, options: RequestInit) => Promise<Response> {
  return async (url, options) => {
    const timeout = AbortSignal.timeout(requestTimeoutMs)
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
    try {
      const response = await link.session.fetch(url, { ...options, signal, cache: 'no-store', credentials: 'omit' })
      if (response.status === 401) report.unauthorized = true
      return response
    } catch (error) {
      if (!(error instanceof SessionError) || error.code === 'unreachable') report.unreachable = describeNoAnswer(error)
      throw error
    }
  }
}

export interface PushInput {
  readonly device: DeviceStore
  readonly positions: SyncPositions
  readonly local: Database
  readonly remote: Database
  readonly epoch: string
  readonly now: () => string
  /** A document was refused that the hub had not refused before. */
  readonly onRefused?: (documentId: string, reason: string) => void
}

/** Sends what the hub lacks. Resolves with how many that were, when every change is at the hub or recorded as refused. */
export async function pushDatabase(input: PushInput): Promise<number> {
  const { positions, local, epoch } = input
  const position = await positions.readPushed(local.name)
  let since = position?.epoch === epoch ? position.sequence : 0
  let sent = 0
  for (let isMore = true; isMore;) {
    const { results, last_seq: reached } = await local.changes({ since, limit: pushBatchSize, style: 'all_docs' })
    if (results.length === 0) return sent
    sent += await pushChanges(input, results)
    since = reached
    await positions.writePushed(local.name, { sequence: since, epoch })
    isMore = results.length === pushBatchSize
  }
  return sent
}

/** Resolves with how many documents the hub took. */
async function pushChanges(
  { device, local, remote, now, onRefused }: PushInput,
  changes: readonly DocumentChange[],
): Promise<number> {
  const revisions = changes.map(({ id, changes: leaves }) => [id, leaves.map(({ rev }) => rev)] as const)
  const isAsked = changes.length > sentUnasked
  const lacking = isAsked ? await missingAt(remote, revisions) : changes.map(({ id }) => id)
  const leaves = await Promise.all(lacking.map((id) => readLeaves(local, id)))
  const unreadable = lacking.filter((_, index) => leaves[index]?.length === 0)
  const refused = new Map(unreadable.map((id) => [id, 'this till can not read it']))
  for (const [id, reason] of await sendDocuments(remote, leaves.flat())) refused.set(id, reason)
  for (const [documentId, reason] of refused) {
    await device.recordRefusal({ database: local.name, documentId, reason }, now())
    onRefused?.(documentId, reason)
  }
  return lacking.length - refused.size
}

/** What the hub refuses, by id with the reason. A batch that is too large for it goes in halves. */
async function sendDocuments(
  remote: Database,
  documents: readonly StoredDocument[],
): Promise<readonly (readonly [id: string, reason: string])[]> {
  const [first] = documents
  if (first === undefined) return []
  try {
    const results = await remote.bulkDocs(documents, { new_edits: false })
    return results.filter(isRefusal).map((result) => [String(result.id), reasonOf(result)])
  } catch (error) {
    if (statusOf(error) !== tooLarge) throw error
    if (documents.length === 1) return [[first._id, describeFailure(error)]]
    const half = Math.ceil(documents.length / 2)
    const parts = [documents.slice(0, half), documents.slice(half)]
    return (await Promise.all(parts.map((part) => sendDocuments(remote, part)))).flat()
  }
}

/** Ids of which the hub lacks a revision. */
export async function missingAt(remote: Database, revisions: readonly (readonly [string, readonly string[]])[]) {
  if (revisions.length === 0) return []
  const difference = await remote.revsDiff(Object.fromEntries(revisions))
  return Object.keys(difference).filter((id) => (difference[id]?.missing?.length ?? 0) > 0)
}

/**
 * Offers refused documents once more: the position has passed them. A refusal is forgotten only when the hub takes the document.
 */
export async function offerRefused({
  device,
  local,
  remote,
  now,
}: Omit<PushInput, 'epoch' | 'positions'>): Promise<void> {
  const refusals = (await device.refusals()).filter((refusal) => refusal.database === local.name)
  // Those offered least often first: fifty that are refused for good must not stand before the others for ever.
  refusals.sort((a, b) => a.attempts - b.attempts)
  for (const { documentId } of refusals.slice(0, maxOffers)) {
    const leaves = await readLeaves(local, documentId)
    if (leaves.length === 0) continue
    const [refused] = await sendDocuments(remote, leaves)
    if (refused === undefined) await device.forgetRefusal(documentId)
    else await device.recordRefusal({ database: local.name, documentId, reason: refused[1] }, now())
  }
}

/** Documents in the hub's copy, to show how much of a load is done; undefined when the hub can't say. */
export async function countAtHub(remote: Database): Promise<number | undefined> {
  try {
    return (await remote.info()).doc_count
  } catch {
    return undefined
  }
}

/** Why a replication ended, in words for the panel. */
export function describeFailure(error: unknown): string {
  const status = statusOf(error)
  return status === undefined ? messageOf(error) : `${messageOf(error)} (${status})`
}

export function isRefusal({ error }: BulkResult): boolean {
  return error !== undefined && error !== false
}

export function reasonOf(result: BulkResult): string {
  return result.reason ?? result.message ?? result.name ?? 'refused without a reason'
}
