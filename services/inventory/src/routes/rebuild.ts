/** Proof that stock is what its documents say. */
import { Type } from 'typebox'
import type { ServiceApp } from '@tidemark/service-kit'
import type { Rebuild, RebuildDesk } from '../rebuild/rebuild-desk.ts'

const Answer = Type.Object({
  status: Type.Enum(['reading', 'comparing', 'done', 'failed']),
  startedAt: Type.String(),
  endedAt: Type.Union([Type.String(), Type.Null()]),
  documents: Type.Integer({ description: 'Read so far' }),
  total: Type.Integer({ description: 'To read' }),
  rejected: Type.Integer({ description: 'Documents that are no valid source' }),
  comparedSkus: Type.Integer(),
  differenceCount: Type.Integer(),
  differences: Type.Array(
    Type.Object({ storeId: Type.String(), sku: Type.String(), inUse: Type.Integer(), rebuilt: Type.Integer() }),
    { description: 'The first hundred' },
  ),
  problem: Type.Union([Type.String(), Type.Null()]),
})

export function addRebuildRoutes(app: ServiceApp, desk: RebuildDesk): void {
  app.route({
    method: 'POST',
    url: '/rebuild',
    config: { roles: ['admin'] },
    schema: {
      tags: ['rebuild'],
      summary: 'Builds stock anew beside the one in use, from nothing but the stores’ documents, and compares the two',
      response: { 202: Answer },
    },
    handler: async (_request, reply) => reply.code(202).send(answerOf(desk.begin())),
  })

  app.route({
    method: 'GET',
    url: '/rebuild',
    config: { roles: ['admin'] },
    schema: { tags: ['rebuild'], summary: 'How far the last one is, and what it found', response: { 200: Answer } },
    handler: async () => answerOf(desk.get()),
  })
}

function answerOf(rebuild: Rebuild) {
  return { ...rebuild, differences: [...rebuild.differences] }
}
