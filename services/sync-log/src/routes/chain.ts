/** Whether a store's sync log can be believed. */
import { Type } from 'typebox'
import type { ServiceApp } from '@tidemark/service-kit'
import { faultKinds } from '../domain/verify-epoch.ts'
import type { AuditStore } from '../stores/audit-store.ts'
import { shareAnswers } from './share-answers.ts'
import { verifyChain } from '../stores/verify-chain.ts'
import { requireStore, StorePath } from './parameters.ts'

const Fault = Type.Object({
  kind: Type.Enum([...faultKinds]),
  number: Type.Integer({ description: 'The entry; for a gap the first one that is missing' }),
  message: Type.String(),
})

const ChainAnswer = Type.Object({
  storeId: Type.String(),
  verified: Type.Boolean({ description: 'False too while there is nothing to verify' }),
  verifiedAt: Type.String(),
  epochs: Type.Array(
    Type.Object({
      epoch: Type.String(),
      entries: Type.Integer(),
      head: Type.Union([Type.Object({ number: Type.Integer(), hash: Type.String() }), Type.Null()]),
      verified: Type.Boolean(),
      faultCount: Type.Integer(),
      faults: Type.Array(Fault, { description: 'The first hundred' }),
    }),
  ),
  rejected: Type.Array(Type.Object({ documentId: Type.String(), reason: Type.String() }), {
    description: 'Entries at central that break their schema or hash; the first hundred',
  }),
})

export function addChainRoutes(app: ServiceApp, audit: AuditStore): void {
  const verdicts = shareAnswers((storeId) => verifyChain(audit, storeId, new Date()))
  app.route({
    method: 'GET',
    url: '/stores/:storeId/chain',
    schema: {
      tags: ['sync-log'],
      summary: 'Verifies every hash, link, signature and sequence of a store’s sync logs',
      params: StorePath,
      querystring: Type.Object({}, { additionalProperties: false }),
      response: { 200: ChainAnswer },
    },
    handler: async (request) => {
      const { storeId } = request.params
      await requireStore(audit, storeId)
      const { epochs, rejected, ...verdict } = await verdicts.get(storeId)
      return {
        ...verdict,
        epochs: epochs.map(({ faults, ...epoch }) => ({ ...epoch, faults: [...faults] })),
        rejected: [...rejected],
      }
    },
  })
}
