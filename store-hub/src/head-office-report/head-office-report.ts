// Tells head office how the store is, in one document beside the lease.
//
//   every 5 s: look ──► nothing new, and the last report is young ──► nothing is sent
//                  └──► a class fell behind or caught up, tills came or went, … or 30 s are over ──► PUT store-<id>-hub/report
//
// 1. Only the hub that holds the lease writes: a read-only one has nothing to say for its store.
// 2. A store whose line is cut can't report. Head office sees how old the report is, and that is the news.
// 3. A report is a picture, not a record: one that fails is not repeated, the next one says more.
import { hubDatabaseOf, hubReportId, lagByClass, type HubReport, type HubStatus } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { CentralError, isRecord, type CentralLine } from '../central-replication/index.ts'
import { describeError } from '../errors.ts'
import type { Lease } from '../identity/index.ts'
import type { StatusReader } from '../status/index.ts'

export interface ReportTimings {
  readonly lookEveryMs: number
  /** A report is sent at least so often, news or none. */
  readonly sendEveryMs: number
  /** What waits for less is on its way, and no news. */
  readonly behindAfterMs: number
}

export interface HeadOfficeReportOptions {
  readonly storeId: string
  readonly line: CentralLine
  readonly lease: Pick<Lease, 'status'>
  readonly reader: StatusReader
  readonly logger: FastifyBaseLogger
  readonly timings?: ReportTimings | undefined
}

export interface HeadOfficeReport {
  start(): void
  stop(): Promise<void>
}

export const defaultReportTimings: ReportTimings = { lookEveryMs: 5000, sendEveryMs: 30_000, behindAfterMs: 10_000 }

export function createHeadOfficeReport(options: HeadOfficeReportOptions): HeadOfficeReport {
  const { storeId, line, lease, reader, logger, timings = defaultReportTimings } = options
  const path = `${hubDatabaseOf(storeId)}/${hubReportId}`
  const stopping = new AbortController()
  let sentMs = -Infinity
  let sentNews = ''
  let sentWaiting = false
  let rev: string | undefined
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const put = async (report: HubReport): Promise<void> => {
    const { signal } = stopping
    const body = JSON.stringify({ ...report, ...(rev !== undefined && { _rev: rev }) })
    const { json } = await line.ask({ method: 'PUT', path, body, signal })
    rev = isRecord(json) && typeof json['rev'] === 'string' ? json['rev'] : undefined
  }

  /** Of a start before this one, or of the hub before this one. */
  const readRevision = async (): Promise<void> => {
    const { json } = await line.ask({ method: 'GET', path, signal: stopping.signal })
    rev = isRecord(json) ? String(json['_rev']) : undefined
  }

  const send = (report: HubReport): Promise<void> =>
    put(report).catch(async (error: unknown) => {
      if (!(error instanceof CentralError) || error.kind !== 'conflict') throw error
      await readRevision()
      await put(report)
    })

  const look = async (): Promise<void> => {
    if (line.state() === 'down' || lease.status().state !== 'held') return
    const status = await reader.read()
    const report = reportOf(status, timings)
    const news = newsIn(report, timings.behindAfterMs)
    const nowMs = performance.now()
    const isOld = nowMs - sentMs >= timings.sendEveryMs
    const hasCaughtUp = sentWaiting && !isWaiting(report)
    if (news === sentNews && !hasCaughtUp && !isOld) return
    await send(report)
    sentMs = nowMs
    sentNews = news
    sentWaiting = isWaiting(report)
  }

  const tick = (): void => {
    if (looking !== undefined || stopping.signal.aborted) return
    looking = look()
      .catch((error: unknown) => logger.debug({ reason: describeError(error) }, 'head office could not be told'))
      .finally(() => (looking = undefined))
  }

  return {
    start() {
      timer = setInterval(tick, timings.lookEveryMs)
      tick()
    },
    async stop() {
      stopping.abort()
      clearInterval(timer)
      await looking
    },
  }
}

function reportOf(status: HubStatus, { sendEveryMs }: ReportTimings): HubReport {
  const { storeId, name, epoch, startedAt, terminals, refusedDocuments, openConflicts } = status
  return {
    type: 'hub-report',
    storeId,
    name,
    epoch,
    at: status.serverTime,
    startedAt,
    everySeconds: Math.ceil(sendEveryMs / 1000),
    nats: status.wan.nats,
    classes: lagByClass(status.databases),
    terminals,
    refusedDocuments,
    openConflicts,
  }
}

function isWaiting({ classes }: HubReport): boolean {
  return classes.some(({ unsent, unpublished }) => unsent.documents + unpublished.documents > 0)
}

/** What is worth a report before its time. A sale that is on its way is not. */
function newsIn({ at, epoch, nats, classes, ...report }: HubReport, behindAfterMs: number): string {
  const { terminals, refusedDocuments, openConflicts } = report
  const isBehind = (since: string | null): boolean =>
    since !== null && Date.parse(at) - Date.parse(since) >= behindAfterMs
  const behind = classes.map(({ unsent, unpublished }) => [isBehind(unsent.since), isBehind(unpublished.since)])
  return JSON.stringify([epoch, nats, terminals, refusedDocuments, openConflicts, behind])
}
