/**
 * One-shot replications between this till and its hub, and the proof that they arrived.
 *
 *     push:  replicate ──► ask `_revs_diff` for every change since the last position ──► refusals ──► position
 *
 * 1. PouchDB skips a document that is refused (403) and never sends it again, and a tab may die between the refusal and its record.
 *    So the position never rests on PouchDB's word: the hub is asked for each change, and what it lacks is recorded as refused.
 * 2. A position moves after the refusals before it are on disk.
 * 3. Every request has a time-out.
 */
import PouchDB from 'pouchdb-core'
import httpAdapter from 'pouchdb-adapter-http'
import replicationPlugin from 'pouchdb-replication'
import { messageOf } from '../data/errors.ts'
import { describeNoAnswer } from './hub-client.ts'
import type { DeviceStore } from '../data/device-store.ts'
import { isNotFound, statusOf, type BulkResult, type Database, type Fields } from '../data/pouch-types.ts'

PouchDB.plugin(httpAdapter)
PouchDB.plugin(replicationPlugin)

interface ReplicationResult {
  readonly docs_written: number
  readonly doc_write_failures: number
  readonly last_seq: number | string
}

interface Replication extends PromiseLike<ReplicationResult> {
  on(event: 'denied', listener: (error: BulkResult) => void): this
  on(event: 'change', listener: (progress: ReplicationResult) => void): this
}

interface ReplicatingDatabase extends Database {
  readonly replicate: {
    to(target: Database, options: { readonly batch_size: number }): Replication
    from(source: Database, options: { readonly batch_size: number }): Replication
  }
}

export interface HubLink {
  /** The hub's database address, such as `http://127.0.0.1:4721/db/`. */
  readonly url: string
  readonly token: string
}

/** What went wrong on the line, as the last request of a run saw it. PouchDB's own errors don't always tell. */
export interface LineReport {
  unreachable: string | undefined
  unauthorized: boolean
}

const requestTimeoutMs = 20_000
const pushBatchSize = 100
const pullBatchSize = 500
const confirmBatchSize = 500
/** Refused documents that are offered again in one pass. */
const maxOffers = 50

/** The hub's copy of a database. Made anew for each run: a hub may have been replaced by an empty one meanwhile. */
export function openHubDatabase(link: HubLink, name: string, report: LineReport): Database {
  return new PouchDB(`${link.url}${name}`, {
    adapter: 'http',
    fetch: async (url, options) => {
      const headers = new Headers(options.headers)
      headers.set('authorization', `Bearer ${link.token}`)
      const timeout = AbortSignal.timeout(requestTimeoutMs)
      const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
      try {
        const response = await fetch(url, { ...options, headers, signal, cache: 'no-store', credentials: 'omit' })
        if (response.status === 401) report.unauthorized = true
        return response
      } catch (error) {
        report.unreachable = describeNoAnswer(error)
        throw error
      }
    },
  })
}

export interface PushInput {
  readonly device: DeviceStore
  readonly local: Database
  readonly remote: Database
  readonly epoch: string
  readonly now: () => string
}

/** Sends what the hub lacks. Resolves when every change up to the position is at the hub or recorded as refused. */
export async function pushDatabase(input: PushInput): Promise<void> {
  const { device, local, remote, epoch } = input
  const position = await device.readPosition(local.name)
  const since = position?.epoch === epoch ? position.sequence : 0
  const { update_seq: newest } = await local.info()
  if (Number(newest) <= since) return
  const reasons = new Map<string, string>()
  const replication = (local as ReplicatingDatabase).replicate.to(remote, { batch_size: pushBatchSize })
  replication.on('denied', (error) => reasons.set(String(error.id), reasonOf(error)))
  const { last_seq: reached } = await replication
  await confirmPushed(input, since, Number(reached), reasons)
}

async function confirmPushed(
  { device, local, remote, epoch, now }: PushInput,
  since: number,
  reached: number,
  reasons: ReadonlyMap<string, string>,
): Promise<void> {
  let sequence = since
  while (sequence < reached) {
    const page = await local.changes({ since: sequence, limit: confirmBatchSize, style: 'all_docs' })
    const changes = page.results.filter((change) => change.seq <= reached)
    const missing = await missingAt(
      remote,
      changes.map(({ id, changes: leaves }) => [id, leaves.map(({ rev }) => rev)]),
    )
    for (const documentId of missing) {
      const reason = reasons.get(documentId) ?? 'the hub answered without storing it'
      await device.recordRefusal({ database: local.name, documentId, reason }, now())
    }
    const isLast = page.results.length < confirmBatchSize || changes.length < page.results.length
    sequence = isLast ? reached : (changes.at(-1)?.seq ?? reached)
    await device.writePosition(local.name, { sequence, epoch })
  }
}

async function missingAt(remote: Database, revisions: readonly (readonly [string, readonly string[]])[]) {
  if (revisions.length === 0) return []
  const difference = await remote.revsDiff(Object.fromEntries(revisions))
  return Object.keys(difference).filter((id) => (difference[id]?.missing?.length ?? 0) > 0)
}

/**
 * Offers refused documents once more. PouchDB's checkpoint has passed them, so they go directly. A refusal is forgotten only when the
 * hub says that it has the document.
 */
export async function offerRefused({ device, local, remote, now }: Omit<PushInput, 'epoch'>): Promise<void> {
  const refusals = (await device.refusals()).filter((refusal) => refusal.database === local.name)
  // Those offered least often first: fifty that are refused for good must not stand before the others for ever.
  refusals.sort((a, b) => a.attempts - b.attempts)
  for (const { documentId } of refusals.slice(0, maxOffers)) {
    const document = await readWithHistory(local, documentId)
    if (document === undefined) continue
    const [result] = await remote.bulkDocs([document], { new_edits: false })
    const missing = await missingAt(remote, [[documentId, [String(document['_rev'])]]])
    if (missing.length === 0) await device.forgetRefusal(documentId)
    else {
      const reason = result === undefined ? 'the hub answered without storing it' : reasonOf(result)
      await device.recordRefusal({ database: local.name, documentId, reason }, now())
    }
  }
}

async function readWithHistory(local: Database, documentId: string): Promise<Fields | undefined> {
  try {
    return await local.get(documentId, { revs: true })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Fetches what the hub has and this till has not. `onProgress` is told the documents written so far. */
export async function pullDatabase(
  local: Database,
  remote: Database,
  onProgress: (written: number) => void = () => undefined,
): Promise<number> {
  const replication = (local as ReplicatingDatabase).replicate.from(remote, { batch_size: pullBatchSize })
  replication.on('change', (progress) => onProgress(progress.docs_written))
  const { docs_written: written, doc_write_failures: failures } = await replication
  if (failures > 0) throw new Error(`${failures} documents from the hub could not be stored on this till`)
  return written
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

function reasonOf(result: BulkResult): string {
  return result.reason ?? result.message ?? result.name ?? 'refused without a reason'
}
