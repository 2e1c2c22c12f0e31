/** Whether anything is missing, and what is wrong. */
import { Type } from 'typebox'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  invalidField,
  pageOf,
  pageParameters,
  type ServiceApp,
} from '@tidemark/service-kit'
import type { Flag } from '../domain/flag-entry.ts'
import { summariseSeries } from '../domain/merge-series.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import { NoQuery, requireStore, StorePath } from './parameters.ts'

const ChainFault = Type.Object({
  kind: Type.Enum(['hash-mismatch', 'fork', 'broken-link']),
  number: Type.Integer(),
})

const Series = Type.Object({
  incarnation: Type.String(),
  first: Type.Integer(),
  last: Type.Integer(),
  entries: Type.Integer(),
  missing: Type.Array(
    Type.Object({
      from: Type.Integer(),
      to: Type.Integer(),
      since: Type.String({ description: 'When the entry after them was made: they were taken before that' }),
    }),
    { description: 'Ranges of numbers that have not arrived, both ends included' },
  ),
  oldestMissingSeconds: Type.Union([Type.Integer(), Type.Null()], { description: 'Age of the oldest missing number' }),
  faults: Type.Array(ChainFault),
  lastEntryAt: Type.String({ description: 'When the last entry was made' }),
  lastHeardAt: Type.String({ description: 'When something new of the series arrived last' }),
})

const FlagItem = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['flag', 'alarm', 'rejected']),
  rule: Type.String(),
  detail: Type.String(),
  documentId: Type.String(),
  active: Type.Boolean({ description: 'False when what was learnt later has settled it' }),
  raisedAt: Type.String(),
})

/** Where a page ended: which of the ranges, and the id in it. */
const FlagPosition = Type.Object({ range: Type.Integer({ minimum: 0, maximum: 3 }), after: Type.String() })

export function addSeriesRoutes(app: ServiceApp, ledger: Ledger, now: () => Date): void {
  app.route({
    method: 'GET',
    url: '/stores/:storeId/series',
    schema: {
      tags: ['completeness'],
      summary: 'Every receipt series of a store: how far it has arrived, gaps with their age, and faults of its chain',
      params: StorePath,
      querystring: NoQuery,
      response: { 200: pageOf(Series) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      await requireStore(ledger, storeId)
      const items = (await ledger.series(storeId)).map((series) => {
        const { missing, faults, ...summary } = summariseSeries(series, now())
        return { ...summary, missing: [...missing], faults: [...faults] }
      })
      return { items, nextCursor: null }
    },
  })

  app.route({
    method: 'GET',
    url: '/stores/:storeId/flags',
    schema: {
      tags: ['completeness'],
      summary: 'What is wrong with entries of a store: figures, refunds, second bodies, documents that are no entries',
      description:
        'Nothing flagged is dropped: entries stay in the ledger, second bodies and rejected documents are kept whole.',
      params: StorePath,
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: { 200: pageOf(FlagItem) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      const { limit = defaultPageSize } = request.query
      const position = decodeCursor(FlagPosition, request.query.cursor)
      await requireStore(ledger, storeId)
      const prefixes = flagPrefixes(storeId)
      if (position !== undefined && !position.after.startsWith(prefixes[position.range] ?? '')) {
        throw invalidField('/query/cursor', 'is not a cursor of this list')
      }
      const items: Type.Static<typeof FlagItem>[] = []
      for (let range = position?.range ?? 0; range < prefixes.length; range += 1) {
        const prefix = prefixes[range] ?? ''
        const after = range === position?.range ? position.after : undefined
        // One more than fits tells whether there is a next page.
        const found = await ledger.range(prefix, `${prefix}\ufff0`, { limit: limit - items.length + 1, after })
        const taken = found.slice(0, limit - items.length)
        items.push(...taken.map(flagItemOf))
        const last = items.at(-1)
        const mayGoOn = found.length > taken.length || range < prefixes.length - 1
        if (items.length === limit && last !== undefined && mayGoOn) {
          return { items, nextCursor: encodeCursor(cursorAfter(last.id, prefixes)) }
        }
      }
      return { items, nextCursor: null }
    },
  })
}

function flagPrefixes(storeId: string): readonly string[] {
  return [
    `flag:${storeId}:`,
    `alarm:second-body:journal:${storeId}-`,
    `alarm:foreign-void:journal:${storeId}-`,
    `rejected:store-${storeId}-sales-`,
  ]
}

function cursorAfter(id: string, prefixes: readonly string[]): Type.Static<typeof FlagPosition> {
  return {
    range: Math.max(
      0,
      prefixes.findIndex((prefix) => id.startsWith(prefix)),
    ),
    after: id,
  }
}

function flagItemOf(document: Readonly<Record<string, unknown>>): Type.Static<typeof FlagItem> {
  const text = (name: string): string => String(document[name] ?? '')
  if (document['type'] === 'flag') {
    const { _id: id, rule, detail, journalId: documentId, active, raisedAt } = document as unknown as Flag
    return { id, kind: 'flag', rule, detail, documentId, active, raisedAt }
  }
  if (document['type'] === 'rejected') {
    const [detail, documentId, raisedAt] = [text('reason'), text('documentId'), text('rejectedAt')]
    return { id: text('_id'), kind: 'rejected', rule: 'not-an-entry', detail, documentId, active: true, raisedAt }
  }
  const [rule, documentId, raisedAt] = [text('kind'), text('journalId'), text('raisedAt')]
  const detail =
    rule === 'second-body'
      ? 'another content under this id: the first received stands, this one is kept with the alarm'
      : 'voids an entry of another store: recorded, without effect'
  return { id: text('_id'), kind: 'alarm', rule, detail, documentId, active: true, raisedAt }
}
