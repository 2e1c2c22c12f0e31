/** Raising alarms: kept first, then counted and logged, each once. */
import type { FastifyBaseLogger } from 'fastify'
import type { Alarm } from '../domain/alarm.ts'
import type { AlarmStore } from '../stores/alarm-store.ts'

export type RaiseAlarms = (alarms: readonly Alarm[]) => Promise<void>

const maxPerWrite = 500

export function createRaiseAlarms(
  store: AlarmStore,
  logger: FastifyBaseLogger,
  countAlarms: (increment: number, attributes?: Record<string, string>) => void,
): RaiseAlarms {
  return async (alarms) => {
    for (let start = 0; start < alarms.length; start += maxPerWrite) {
      for (const alarm of await store.raise(alarms.slice(start, start + maxPerWrite))) {
        countAlarms(1, { kind: alarm.kind })
        logger.error({ alarm: alarm._id, storeId: alarm.storeId, kind: alarm.kind }, alarm.message)
      }
    }
  }
}
