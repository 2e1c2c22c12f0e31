/**
 * One run: is the hub there and ours, then class by class in order of priority. While its socket vouches for the hub, it is asked now and then.
 *
 * 1. A class that fails stays due and doesn't hold up the next one; a hub that is gone, or that no longer knows this till, ends the run.
 * 2. A class is taken off the due list before its work: what is written meanwhile makes it due again. Sales that become due during
 *    a run go before what is less urgent of it.
 */
import type { EntityClass, Enrolment } from '@tidemark/contracts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import { exchanges, type ClassExchange, type ExchangeNews } from './exchanges/index.ts'
import type { TillLog } from '../data/till-log.ts'
import type { HubClient } from './hub-client.ts'
import { HubLine } from './hub-line.ts'
import { describeFailure, type HubLink, type LineReport } from './replication.ts'
import { lookEveryMs, type FailureKind } from './state.ts'
import type { StatusBoard } from './status-board.ts'

export type RunFailure = { readonly outcome: FailureKind; readonly reason: string }
export type RunOutcome =
  { readonly outcome: 'done' } | RunFailure | { readonly outcome: 'not-started'; readonly reason: string }

export interface SyncRunParts {
  readonly databases: TerminalDatabases
  readonly hub: HubClient
  readonly link: HubLink
  readonly enrolment: Enrolment
  readonly board: StatusBoard
  readonly news: ExchangeNews
  readonly log: TillLog
  /** Classes to look at; those that are done leave it. */
  readonly due: Set<EntityClass>
  /** The epoch for which the hub's socket vouches; undefined without one. */
  readonly vouchedEpoch: () => string | undefined
  /** The hub answered as ours. */
  readonly onHubFound: () => void
}

export async function runOnce(parts: SyncRunParts): Promise<RunOutcome> {
  const found = knownHub(parts) ?? (await findHub(parts))
  if ('outcome' in found) return found
  const failures = new Map<EntityClass, string>()
  for (const exchange of withUrgentFirst(exchanges)) {
    const { entityClass } = exchange
    if (failures.has(entityClass) || !parts.due.delete(entityClass)) continue
    const failure = await runClass(parts, exchange, found.epoch)
    if (failure === undefined) continue
    parts.due.add(entityClass)
    if (failure.outcome !== 'failed') return failure
    failures.set(entityClass, failure.reason)
  }
  return failures.size === 0 ? { outcome: 'done' } : { outcome: 'failed', reason: [...failures.values()].join('; ') }
}

/** The most urgent class again before each other one: a receipt that was made during a run does not wait for its end. */
function withUrgentFirst([urgent, ...others]: readonly ClassExchange[]): readonly ClassExchange[] {
  return urgent === undefined ? [] : [urgent, ...others.flatMap((exchange) => [urgent, exchange])]
}

/** The hub that was asked lately and has not gone since; undefined when it has to be asked. */
function knownHub({ board, vouchedEpoch }: SyncRunParts): { epoch: string } | undefined {
  const epoch = vouchedEpoch()
  const isKnown = epoch !== undefined && epoch === board.epoch && board.online && board.strangeHub === null
  return isKnown && Date.now() - board.askedAtMs < lookEveryMs ? { epoch } : undefined
}

/** Asks the hub who it is. */
async function findHub({
  hub,
  enrolment,
  board,
  log,
  onHubFound,
}: SyncRunParts): Promise<{ epoch: string } | RunFailure> {
  const sentMs = Date.now()
  const answer = await hub.readStore()
  board.online = answer.outcome !== 'unreachable'
  if (answer.outcome !== 'ok') {
    const outcome = answer.outcome === 'unreachable' ? 'unreachable' : 'failed'
    board.countAttempt(answer.reason, () => true)
    return { outcome, reason: answer.reason }
  }
  const { storeId, epoch, lanes, serverTime } = answer.value
  if (serverTime !== undefined) board.clock.note(Date.parse(serverTime), sentMs, Date.now())
  board.strangeHub = storeId === enrolment.storeId ? null : storeId
  if (storeId !== enrolment.storeId) {
    const reason = `this address is now the hub of ${storeId}, this till belongs to ${enrolment.storeId}`
    board.countAttempt(reason, () => true)
    return { outcome: 'failed', reason }
  }
  const isAnother = board.epoch !== epoch
  if (board.epoch !== null && isAnother) void log.note({ kind: 'hub-changed', epoch })
  board.noteAsked(epoch, sentMs)
  // What another store confirmed, this one may lack.
  if (isAnother) await board.refreshUnsent()
  board.replaced = !lanes.some(({ incarnation }) => incarnation === enrolment.incarnation)
  onHubFound()
  return { epoch }
}

async function runClass(
  { databases, link, enrolment, board, news, log }: SyncRunParts,
  exchange: ClassExchange,
  epoch: string,
): Promise<RunFailure | undefined> {
  const { entityClass } = exchange
  const line = new HubLine(databases, link, epoch, enrolment.incarnation, board, log)
  board.noteClass(entityClass, { state: 'syncing' })
  try {
    await exchange.run(line, board, news)
    board.noteClass(entityClass, { state: 'synced', lastError: null, lastSuccessAt: new Date().toISOString() })
    return undefined
  } catch (error) {
    const reason = line.report.unreachable ?? describeFailure(error)
    const outcome = failureKindOf(line.report)
    if (outcome === 'unreachable') board.online = false
    board.countAttempt(reason, (item) => item.entityClass === entityClass)
    board.noteClass(entityClass, { state: outcome === 'failed' ? 'failed' : 'waiting', lastError: reason })
    return { outcome, reason: `${entityClass}: ${reason}` }
  }
}

function failureKindOf(report: LineReport): FailureKind {
  if (report.unauthorized) return 'unauthorized'
  return report.unreachable === undefined ? 'failed' : 'unreachable'
}
