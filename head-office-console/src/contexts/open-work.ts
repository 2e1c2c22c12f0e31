/** What waits for a person, counted for the navigation and the stores. */
import type { ReactiveControllerHost } from 'lit'
import { Alarm, ChangeRequest, ConflictCase, pageOf } from '../data/answers.ts'
import type { ServiceClient } from '../data/service-client.ts'
import { Loaded } from './loaded.ts'

export interface OpenWork {
  /** At most a hundred of each are counted. */
  readonly cases: readonly ConflictCase[]
  readonly requests: readonly ChangeRequest[]
  readonly alarms: readonly Alarm[]
}

const everyMs = 10_000
const Cases = pageOf(ConflictCase)
const Requests = pageOf(ChangeRequest)
const Alarms = pageOf(Alarm)

/** What one service does not answer is empty: the others still tell. */
export function loadOpenWork(host: ReactiveControllerHost, client: () => ServiceClient): Loaded<OpenWork> {
  return new Loaded(
    host,
    async (signal) => {
      const [cases, requests, alarms] = await Promise.allSettled([
        client().get('conflicts', '/conflicts?status=open&limit=100', Cases, signal),
        client().get('conflicts', '/change-requests?status=open&limit=100', Requests, signal),
        client().get('sync-log', '/alarms?state=open&limit=100', Alarms, signal),
      ])
      return {
        cases: cases.status === 'fulfilled' ? cases.value.items : [],
        requests: requests.status === 'fulfilled' ? requests.value.items : [],
        alarms: alarms.status === 'fulfilled' ? alarms.value.items : [],
      }
    },
    everyMs,
  )
}
