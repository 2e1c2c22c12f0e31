/** Whether anything is missing. */
import { Type } from 'typebox'
import { pageOf, type ServiceApp } from '@tidemark/service-kit'
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
  missing: Type.Array(Type.Object({ from: Type.Integer(), to: Type.Integer() }), {
    description: 'Ranges of numbers that have not arrived, both ends included',
  }),
  faults: Type.Array(ChainFault),
})

export function addSeriesRoutes(app: ServiceApp, ledger: Ledger): void {
  app.route({
    method: 'GET',
    url: '/stores/:storeId/series',
    schema: {
      tags: ['sales'],
      summary: 'Every receipt series of a store: how far it has arrived, gaps, and faults of its chain',
      params: StorePath,
      querystring: NoQuery,
      response: { 200: pageOf(Series) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      await requireStore(ledger, storeId)
      const items = (await ledger.series(storeId)).map((series) => ({
        ...series,
        missing: [...series.missing],
        faults: series.faults.flatMap((fault) => (fault.kind === 'gap' ? [] : [fault])),
      }))
      return { items, nextCursor: null }
    },
  })
}
