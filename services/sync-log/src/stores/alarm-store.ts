/** Alarms in CouchDB. */
import { Type, type Static } from 'typebox'
import type { CouchDatabase, ViewKey } from '@tidemark/service-kit'
import type { Alarm, AlarmState } from '../domain/alarm.ts'
import { checkedRow } from './checked-row.ts'
import { anything, auditDesignName } from './design/audit-views.ts'

/** Where the next page of alarms begins. */
export const AlarmPosition = Type.Object({ raisedAt: Type.String(), id: Type.String() })
export type AlarmPosition = Static<typeof AlarmPosition>

export interface AlarmStore {
  /** Keeps alarms, opens those again that had been cleared, and answers the ones that were not open before. */
  raise(alarms: readonly Alarm[]): Promise<readonly Alarm[]>
  get(id: string): Promise<Alarm | undefined>
  /** Newest first. */
  list(
    filter: { readonly state?: AlarmState | undefined; readonly storeId?: string | undefined },
    limit: number,
    from: AlarmPosition | undefined,
  ): Promise<readonly Alarm[]>
  /** False when somebody has acknowledged it before, or it is not there. */
  acknowledge(id: string, by: string, note: string, now: Date): Promise<boolean>
  /** Of an open alarm: what it says is no longer so. */
  clear(id: string, now: Date): Promise<void>
  countOpen(): Promise<ReadonlyMap<string, number>>
}

/** Sorts after every string and number in CouchDB's collation. */
const afterAll: ViewKey = {}
const CountRow = Type.Object({ key: Type.String(), value: Type.Integer() })

export function openAlarmStore(database: CouchDatabase): AlarmStore {
  const get = async (id: string): Promise<Alarm | undefined> => {
    const found = await database.get(id)
    return found?.['type'] === 'alarm' ? (found as unknown as Alarm) : undefined
  }

  async function reopen(alarm: Alarm): Promise<boolean> {
    let opened = false
    await database.update(alarm._id, (current) => {
      opened = current?.['state'] === 'cleared'
      if (!opened || current === undefined) return undefined
      const { clearedAt: _clearedAt, ...kept } = current as unknown as Alarm
      return { ...kept, raisedAt: alarm.raisedAt, state: 'open' }
    })
    return opened
  }

  return {
    async raise(alarms) {
      const results = await database.bulkInsert(alarms)
      const raised: Alarm[] = []
      for (const [index, alarm] of alarms.entries()) {
        const result = results[index]
        if (result?.kind === 'failed') throw new Error(`${alarm._id} could not be kept: ${result.reason}`)
        if (result?.kind === 'stored' || (await reopen(alarm))) raised.push(alarm)
      }
      return raised
    },
    get,
    async list({ state = anything, storeId = anything }, limit, from) {
      const rows = await database.view(auditDesignName, 'alarms', {
        descending: true,
        startKey: from === undefined ? [state, storeId, afterAll] : [state, storeId, from.raisedAt, from.id],
        endKey: [state, storeId],
        includeDocuments: true,
        limit,
      })
      return rows.map(({ doc }) => doc as Alarm)
    },
    async acknowledge(id, by, note, now) {
      let done = false
      await database.update(id, (current) => {
        done = current?.['type'] === 'alarm' && current['acknowledged'] === undefined
        if (!done || current === undefined) return undefined
        return { ...current, state: 'acknowledged', acknowledged: { at: now.toISOString(), by, note } }
      })
      return done
    },
    clear: (id, now) =>
      database.update(id, (current) =>
        current === undefined || (current['state'] ?? 'open') !== 'open'
          ? undefined
          : { ...current, state: 'cleared', clearedAt: now.toISOString() },
      ),
    async countOpen() {
      const rows = await database.view(auditDesignName, 'open_alarms', { reduce: { groupLevel: 1 } })
      return new Map(rows.map((row) => checkedRow(CountRow, row)).map(({ key, value }) => [key, value]))
    },
  }
}
