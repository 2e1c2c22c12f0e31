/** `GET /metrics`: the status as Prometheus gauges. */
import type { HubStatus, WanState } from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import type { FastifyInstance } from 'fastify'
import type { ChangePublisher } from '../change-publisher/index.ts'
import type { StatusReader } from './status.ts'

interface Reading {
  readonly value: number
  readonly attributes?: Record<string, string>
}

export function registerMetrics(
  app: FastifyInstance,
  telemetry: Telemetry,
  reader: StatusReader,
  publisher: ChangePublisher,
): void {
  let status: HubStatus | undefined
  const gauge = (name: string, description: string, readings: (status: HubStatus) => readonly Reading[]): void =>
    telemetry.gauge(`tidemark_hub_${name}`, description, () => (status === undefined ? [] : readings(status)))

  gauge('oldest_unsynced_seconds', 'Age of the oldest change that is not at central yet', (now) => [
    { value: oldestUnsyncedSeconds(now) },
  ])
  gauge('lag_documents', 'Changes that have not travelled yet', lagReadings)
  gauge('lag_seconds', 'Age of the oldest change that has not travelled yet', lagSecondsReadings)
  gauge('read_only', '1 while another hub has the store', ({ lease }) => [
    { value: lease?.state === 'read-only' ? 1 : 0 },
  ])
  gauge('lease_fencing_number', 'Grows each time the lease of the store is taken', ({ lease }) =>
    lease?.fencing === undefined || lease.fencing === null ? [] : [{ value: lease.fencing }],
  )
  gauge('refused_documents', 'Refused documents that are kept', ({ refusedDocuments }) => [{ value: refusedDocuments }])
  gauge('open_conflicts', 'Conflicts that wait for a person', ({ openConflicts }) => [{ value: openConflicts }])
  gauge('connected_terminals', 'Terminals with an open socket', ({ terminals }) => [{ value: terminals.connected }])
  gauge('enrolled_terminals', 'Terminals that are enrolled', ({ terminals }) => [{ value: terminals.enrolled }])
  gauge('line_up', '1 when the line is up, 0 when it is down or not known', ({ wan }) => [
    { value: asNumber(wan.central), attributes: { to: 'central' } },
    { value: asNumber(wan.nats), attributes: { to: 'nats' } },
  ])
  telemetry.gauge('tidemark_hub_publish_latency_seconds', 'From a document made to its PubAck, newest message', () => {
    const latencyMs = publisher.lastLatencyMs()
    return latencyMs === undefined ? [] : [{ value: latencyMs / 1000 }]
  })

  app.get('/metrics', async (request, reply) => {
    status = await reader.read()
    reply.hijack()
    telemetry.serveMetrics(request.raw, reply.raw)
  })
}

function oldestUnsyncedSeconds({ databases, serverTime }: HubStatus): number {
  const since = databases.map(({ push }) => push?.behindSince ?? null).filter((time) => time !== null)
  return Math.max(0, ...since.map((time) => (Date.parse(serverTime) - Date.parse(time)) / 1000))
}

function lagReadings({ databases }: HubStatus): Reading[] {
  const lags = new Map<string, Reading>()
  for (const { entityClass, push, publish } of databases) {
    for (const [way, lag] of [['push', push?.lagDocuments ?? 0] as const, ['publish', publish.lagDocuments] as const]) {
      const key = `${entityClass}/${way}`
      const value = (lags.get(key)?.value ?? 0) + lag
      lags.set(key, { value, attributes: { class: entityClass, way } })
    }
  }
  return [...lags.values()]
}

/** By class and way, the oldest of its databases. */
function lagSecondsReadings({ databases, serverTime }: HubStatus): Reading[] {
  const ages = new Map<string, Reading>()
  for (const { entityClass, push, publish } of databases) {
    for (const [way, since] of [['push', push?.behindSince] as const, ['publish', publish.behindSince] as const]) {
      const key = `${entityClass}/${way}`
      const age = typeof since === 'string' ? Math.max(0, (Date.parse(serverTime) - Date.parse(since)) / 1000) : 0
      const value = Math.max(ages.get(key)?.value ?? 0, age)
      ages.set(key, { value, attributes: { class: entityClass, way } })
    }
  }
  return [...ages.values()]
}

function asNumber(state: WanState): number {
  return state === 'up' ? 1 : 0
}
