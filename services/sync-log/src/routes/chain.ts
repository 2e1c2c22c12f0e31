/** Whether a store's sync log can be believed. */
import { Type } from 'typebox'
import type { ServiceApp } from '@tidemark/service-kit'
import { faultKinds } from '../domain/verify-epoch.ts'
import type { RaiseAlarms } from '../events/raise-alarms.ts'
import type { AuditChainStore } from '../stores/audit-chain-store.ts'
import type { AuditStore } from '../stores/audit-store.ts'
import type { HeadStore } from '../stores/head-store.ts'
import { verifyAudit } from '../stores/verify-audit.ts'
import { verifyChain } from '../stores/verify-chain.ts'
import { NoQuery, requireStore, StorePath } from './parameters.ts'
import { shareAnswers } from './share-answers.ts'

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

const AuditAnswer = Type.Object({
  verified: Type.Boolean(),
  verifiedAt: Type.String(),
  size: Type.Integer({ description: 'Entries that have a place' }),
  rootHash: Type.String({ description: 'Of the Merkle tree over them' }),
  chainHash: Type.String(),
  heads: Type.Integer({ description: 'Signed heads that were compared' }),
  faults: Type.Array(Type.Object({ kind: Type.String(), subject: Type.String(), message: Type.String() }), {
    description: 'The first hundred',
  }),
})

export interface ChainParts {
  readonly audit: AuditStore
  readonly chain: AuditChainStore
  readonly heads: HeadStore
  readonly raise: RaiseAlarms
  readonly now: () => Date
}

export function addChainRoutes(app: ServiceApp, { audit, chain, heads, raise, now }: ChainParts): void {
  const verdicts = shareAnswers((storeId) => verifyChain(audit, chain, storeId, now()))
  const ownVerdicts = shareAnswers(async () => {
    const { verdict, alarms } = await verifyAudit(chain, heads, now())
    await raise(alarms)
    return verdict
  })

  app.route({
    method: 'GET',
    url: '/stores/:storeId/chain',
    schema: {
      tags: ['chains'],
      summary: 'Verifies every hash, link, signature, sequence and place of a store’s sync logs',
      params: StorePath,
      querystring: NoQuery,
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

  app.route({
    method: 'GET',
    url: '/chain',
    schema: {
      tags: ['chains'],
      summary: 'Verifies the audit’s own chain, and every signed head against it',
      querystring: NoQuery,
      response: { 200: AuditAnswer },
    },
    handler: async () => {
      const { faults, ...verdict } = await ownVerdicts.get('')
      return { ...verdict, faults: faults.map(({ kind, epoch, message }) => ({ kind, subject: epoch, message })) }
    },
  })
}
