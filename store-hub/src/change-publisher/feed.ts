/** How far one database is published, and what became of the last tries. */
import { classesByPriority, salesPeriodOf, type EntityClass, type FeedStatus } from '@tidemark/contracts'
import type { DocumentDatabase } from '../store/index.ts'

export interface Feed {
  readonly database: string
  readonly entityClass: EntityClass
  /** Up to which all is published; undefined until the checkpoint is read. */
  sequence: number | undefined
  /** What is on disk of it. */
  savedSequence: number
  savedAtMs: number
  dirty: boolean
  running: boolean
  failures: number
  retryAtMs: number
  behindSinceMs: number | undefined
  lastSuccessAt: string | null
  lastError: string | undefined
}

const checkpointId = '_local/publisher'

export function createFeed(database: string, entityClass: EntityClass): Feed {
  return {
    database,
    entityClass,
    sequence: undefined,
    savedSequence: 0,
    savedAtMs: 0,
    dirty: true,
    running: false,
    failures: 0,
    retryAtMs: 0,
    behindSinceMs: undefined,
    lastSuccessAt: null,
    lastError: undefined,
  }
}

/** A checkpoint of another epoch, or beyond the end of the database, is not believed. */
export function readCheckpoint(feed: Feed, database: DocumentDatabase, epoch: string): number {
  if (feed.sequence !== undefined) return feed.sequence
  const kept = database.readLocal(checkpointId)
  const saved = kept === undefined ? {} : (JSON.parse(kept.body) as { epoch?: unknown; sequence?: unknown })
  const sequence = saved.epoch === epoch ? Number(saved.sequence) : 0
  feed.sequence = sequence <= database.info().updateSequence ? sequence : 0
  feed.savedSequence = feed.sequence
  return feed.sequence
}

export async function saveCheckpoint(feed: Feed, database: DocumentDatabase, epoch: string): Promise<void> {
  const { sequence } = feed
  if (sequence === undefined || sequence === feed.savedSequence) return
  await database.writeLocal(checkpointId, JSON.stringify({ epoch, sequence }))
  feed.savedSequence = sequence
  feed.savedAtMs = Date.now()
}

export function statusOf(
  feed: Feed,
  lag: number,
  line: { readonly isUp: boolean; readonly isStopped: boolean },
): FeedStatus {
  const behind = lag > 0
  return {
    state: stateOf(feed, behind, line),
    lagDocuments: lag,
    behindSince: behind && feed.behindSinceMs !== undefined ? new Date(feed.behindSinceMs).toISOString() : null,
    lastSuccessAt: feed.lastSuccessAt,
    lastError: feed.lastError ?? null,
    failures: feed.failures,
  }
}

function stateOf(
  feed: Feed,
  behind: boolean,
  { isUp, isStopped }: { readonly isUp: boolean; readonly isStopped: boolean },
): FeedStatus['state'] {
  if (isStopped) return 'stopped'
  if (feed.running) return 'running'
  if (feed.failures > 0) return 'waiting'
  if (!behind) return 'idle'
  return isUp ? 'running' : 'waiting'
}

/** By class, then the newest month of sales first. */
export function compareFeeds(a: Feed, b: Feed): number {
  return (
    classesByPriority.indexOf(a.entityClass) - classesByPriority.indexOf(b.entityClass) ||
    (salesPeriodOf(b.database) ?? '').localeCompare(salesPeriodOf(a.database) ?? '')
  )
}
