/** One way of one database as the runner keeps it, and what its status says. */
import type { FeedStatus, WanState } from '@tidemark/contracts'
import type { Store } from '../store/index.ts'
import type { ArrivalTimes } from './arrival-times.ts'
import type { Fence } from './fence.ts'
import type { Route } from './routes.ts'
import { failuresOf, type LinkPhase } from './state.ts'
import type { Way } from './way.ts'

export interface Link {
  readonly route: Route
  phase: LinkPhase
  timer: NodeJS.Timeout | undefined
  way: Way
  run: Promise<void> | undefined
  abort: AbortController
  /** Central's sequence at the start of the last good pull. */
  remoteSequence: string | undefined
  nextPollMs: number
  readonly arrivals: ArrivalTimes
  lastError: string | undefined
}

export function keyOf({ database, direction }: Route): string {
  return `${database}/${direction}`
}

export function statusOf(store: Store, link: Link, wan: WanState, fence: Fence): FeedStatus {
  const { route, way, phase } = link
  const isPush = route.direction === 'push'
  const lag = isPush ? (store.database(route.database)?.countChanges(way.sequence) ?? 0) : 0
  const verdict = fence.verdict()
  return {
    state: linkState(phase, wan),
    lagDocuments: lag + way.refused.size,
    behindSince: lag === 0 ? null : behindSince(store, link),
    lastSuccessAt: way.lastSuccessAt,
    lastError: verdict.kind === 'fenced' && lag > 0 ? verdict.reason : (link.lastError ?? null),
    failures: failuresOf(phase),
  }
}

/** When the oldest change that has not travelled came in; after a restart, when it was made. */
function behindSince(store: Store, { route, way, arrivals }: Link): string | null {
  const arrivedMs = arrivals.oldestAfter(way.sequence)
  if (arrivedMs !== undefined) return new Date(arrivedMs).toISOString()
  const madeMs = madeAtMs(store, route.database, way.sequence)
  return Number.isNaN(madeMs) ? null : new Date(Math.min(madeMs, Date.now())).toISOString()
}

/** By the stamp of the first document after a sequence; NaN when it has none, or can't be read. */
function madeAtMs(store: Store, database: string, sequence: number): number {
  try {
    const [oldest] = store.database(database)?.changes({ since: sequence, limit: 1, bodies: true }) ?? []
    const document = JSON.parse(oldest?.body ?? '{}') as { at?: unknown }
    return typeof document.at === 'string' ? Date.parse(document.at.slice(0, 24)) : Number.NaN
  } catch {
    return Number.NaN
  }
}

function linkState(phase: LinkPhase, wan: WanState): FeedStatus['state'] {
  switch (phase.name) {
    case 'queued':
      return wan === 'down' ? 'waiting' : 'running'
    case 'needs-authorisation':
    case 'fenced':
      return 'waiting'
    default:
      return phase.name
  }
}

export function refusedText({ route, way }: Link): string | undefined {
  const { size } = way.refused
  if (size === 0) return undefined
  const documents = size === 1 ? '1 document' : `${size} documents`
  const what = route.direction === 'push' ? `central refuses ${documents}` : `${documents} of central can't be kept`
  return `${what}; see the quarantine`
}
