/** Alarms, and acknowledging them. */
import { Type } from 'typebox'
import { HEAD_OFFICE, OwnerId } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  HttpProblem,
  maySeeStore,
  notFound,
  pageOf,
  pageParameters,
  type Principal,
  type ServiceApp,
} from '@tidemark/service-kit'
import { alarmKinds, alarmStates, type Alarm } from '../domain/alarm.ts'
import { AlarmPosition, type AlarmStore } from '../stores/alarm-store.ts'
import type { AuditStore } from '../stores/audit-store.ts'
import { NoQuery, requireScope, requireStore } from './parameters.ts'

const tags = ['alarms']
const AlarmPath = Type.Object({ alarmId: Type.String({ minLength: 1, maxLength: 700 }) })

const AlarmAnswer = Type.Object({
  id: Type.String(),
  kind: Type.Enum([...alarmKinds]),
  storeId: Type.String({ description: 'hq: the audit itself' }),
  epoch: Type.String(),
  number: Type.Integer({ description: 'The entry; for a gap the first one that is missing' }),
  message: Type.String(),
  raisedAt: Type.String(),
  state: Type.Enum([...alarmStates]),
  acknowledged: Type.Union([Type.Object({ at: Type.String(), by: Type.String(), note: Type.String() }), Type.Null()]),
  clearedAt: Type.Union([Type.String(), Type.Null()]),
  entry: Type.Unknown({ description: 'Of a fork: the content that does not stand' }),
})

export interface AlarmParts {
  readonly alarms: AlarmStore
  readonly audit: AuditStore
  readonly now: () => Date
}

export function addAlarmRoutes(app: ServiceApp, { alarms, audit, now }: AlarmParts): void {
  async function requireAlarm(principal: Principal, id: string): Promise<Alarm> {
    const found = id.startsWith('alarm:') ? await alarms.get(id) : undefined
    // An alarm of a store that one may not see is not there.
    if (found === undefined || !maySeeStore(principal, found.storeId)) throw notFound(`there is no alarm ${id}`)
    return found
  }

  app.route({
    method: 'GET',
    url: '/alarms',
    schema: {
      tags,
      summary: 'Alarms, newest first',
      querystring: Type.Object(
        { state: Type.Optional(Type.Enum([...alarmStates])), storeId: Type.Optional(OwnerId), ...pageParameters },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(AlarmAnswer) },
    },
    handler: async ({ principal, query }) => {
      const { state, storeId, limit = defaultPageSize } = query
      requireScope(principal, { storeId })
      if (storeId !== undefined && storeId !== HEAD_OFFICE) await requireStore(audit, storeId)
      const found = await alarms.list({ state, storeId }, limit + 1, decodeCursor(AlarmPosition, query.cursor))
      const next = found[limit]
      return {
        items: found.slice(0, limit).map(answerOf),
        nextCursor: next === undefined ? null : encodeCursor({ raisedAt: next.raisedAt, id: next._id }),
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/alarms/:alarmId',
    schema: { tags, summary: 'An alarm', params: AlarmPath, querystring: NoQuery, response: { 200: AlarmAnswer } },
    handler: async ({ principal, params }) => answerOf(await requireAlarm(principal, params.alarmId)),
  })

  app.route({
    method: 'POST',
    url: '/alarms/:alarmId/acknowledgement',
    config: { roles: ['auditor'] },
    schema: {
      tags,
      summary: 'Says that somebody has seen an alarm, and what it was',
      params: AlarmPath,
      querystring: NoQuery,
      body: Type.Object({ note: Type.String({ minLength: 1, maxLength: 1000 }) }, { additionalProperties: false }),
      response: { 200: AlarmAnswer },
    },
    handler: async ({ principal, params, body }) => {
      const { _id } = await requireAlarm(principal, params.alarmId)
      const isFirst = await alarms.acknowledge(_id, principal.subject, body.note, now())
      const alarm = await requireAlarm(principal, _id)
      if (!isFirst) {
        const { by = '', at = '' } = alarm.acknowledged ?? {}
        throw new HttpProblem(409, 'conflict', `${by} acknowledged the alarm at ${at}`)
      }
      return answerOf(alarm)
    },
  })
}

function answerOf(alarm: Alarm) {
  const { _id, kind, storeId, epoch, number, raisedAt, state = 'open', acknowledged, clearedAt, entry } = alarm
  return {
    id: _id,
    kind,
    storeId,
    epoch,
    number,
    // Alarms of an early release have none.
    message: alarm.message ?? 'a second entry with this number has other content',
    raisedAt,
    state,
    acknowledged: acknowledged ?? null,
    clearedAt: clearedAt ?? null,
    entry: entry ?? null,
  }
}
