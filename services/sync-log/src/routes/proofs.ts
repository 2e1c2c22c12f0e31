/** Proofs that need no server to be checked: see `verifier/`. */
import { Type } from 'typebox'
import { HttpProblem, notFound, type ServiceApp } from '@tidemark/service-kit'
import { pinnedKeyId } from '../domain/audit-entry.ts'
import { consistencyRanges, inclusionRanges } from '../domain/merkle-tree.ts'
import { placementKey, type AuditChainStore } from '../stores/audit-chain-store.ts'
import type { AuditStore } from '../stores/audit-store.ts'
import type { HeadStore, StoredHead } from '../stores/head-store.ts'
import { nothingToSign, SignedHeadAnswer } from './heads.ts'
import { EntryPath, requireEntry } from './parameters.ts'

const tags = ['proofs']
const Hashes = Type.Array(Type.String(), { description: 'Hex, from the leaf up' })
const HeadId = Type.String({ minLength: 1, maxLength: 100, description: 'Such as head:2026-11-22' })

const EntryProof = Type.Object({
  format: Type.Literal('tidemark-audit-proof/1'),
  entry: Type.Unknown({ description: 'The entry as the hub wrote it' }),
  recordedAt: Type.String(),
  position: Type.Integer({ description: 'Index of the leaf' }),
  path: Hashes,
  head: SignedHeadAnswer,
  publicKey: Type.String({ description: 'Of the audit: compare it with the one that you have from elsewhere' }),
  hubPublicKey: Type.Optional(Type.String({ description: 'Of the hub’s epoch' })),
})

const ConsistencyProof = Type.Object({
  format: Type.Literal('tidemark-audit-consistency/1'),
  first: SignedHeadAnswer,
  second: SignedHeadAnswer,
  path: Hashes,
  firstPublicKey: Type.String(),
  publicKey: Type.String(),
})

export interface ProofParts {
  readonly audit: AuditStore
  readonly chain: AuditChainStore
  readonly heads: HeadStore
  readonly now: () => Date
}

export function addProofRoutes(app: ServiceApp, { audit, chain, heads, now }: ProofParts): void {
  async function requireHead(id: string): Promise<StoredHead> {
    const found = await heads.get(id)
    if (found === undefined) throw notFound(`there is no head ${id}`)
    return found
  }

  async function keyOf({ head }: StoredHead): Promise<string> {
    const key = await heads.publicKey(head.keyId)
    if (key === undefined) throw notFound(`the key ${head.keyId} is not known`)
    return key
  }

  /** The named one, else the first that covers the position, else a new one. */
  async function headFor(position: number, id: string | undefined): Promise<StoredHead> {
    if (id === undefined) {
      const found = (await heads.covering(position + 1)) ?? (await heads.signNow(now()))
      if (found === undefined) throw nothingToSign()
      return found
    }
    const named = await requireHead(id)
    if (named.head.size > position) return named
    throw notPossible(`${id} is over ${named.head.size} entries, and this one came later, at position ${position}`)
  }

  app.route({
    method: 'GET',
    url: '/entries/:entryId/proof',
    config: { roles: ['auditor'] },
    schema: {
      tags,
      summary: 'Proof that an entry is in the audit that a signed head is over, as a file',
      params: EntryPath,
      querystring: Type.Object({ head: Type.Optional(HeadId) }, { additionalProperties: false }),
      response: { 200: EntryProof },
    },
    handler: async ({ principal, params, query }, reply) => {
      const recorded = await requireEntry(audit, principal, params.entryId)
      const position = (await chain.placements([recorded])).get(placementKey(recorded))?.position
      if (position === undefined) throw notPossible('the entry has no place in the audit yet')
      const signed = await headFor(position, query.head)
      const hashes = await chain.hashes(inclusionRanges(position, signed.head.size))
      const hubPublicKey = (await audit.publicKeys([recorded])).get(pinnedKeyId(recorded.storeId, recorded.epoch))
      attach(reply, `proof-${recorded.epoch.slice(0, 8)}-${recorded.number}.json`)
      return {
        format: 'tidemark-audit-proof/1' as const,
        entry: recorded.entry,
        recordedAt: recorded.recordedAt,
        position,
        path: hashes.map((hash) => hash.toString('hex')),
        head: signed.head,
        publicKey: await keyOf(signed),
        ...(hubPublicKey === undefined ? {} : { hubPublicKey }),
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/consistency',
    config: { roles: ['auditor'] },
    schema: {
      tags,
      summary: 'Proof that the audit of one signed head begins with that of another, as a file',
      querystring: Type.Object({ first: HeadId, second: HeadId }, { additionalProperties: false }),
      response: { 200: ConsistencyProof },
    },
    handler: async ({ query }, reply) => {
      const [first, second] = [await requireHead(query.first), await requireHead(query.second)]
      if (first.head.size > second.head.size)
        throw notPossible(`${query.first} is over more entries than ${query.second}`)
      const hashes = await chain.hashes(consistencyRanges(first.head.size, second.head.size))
      attach(reply, `consistency-${first.head.size}-${second.head.size}.json`)
      return {
        format: 'tidemark-audit-consistency/1' as const,
        first: first.head,
        second: second.head,
        path: hashes.map((hash) => hash.toString('hex')),
        firstPublicKey: await keyOf(first),
        publicKey: await keyOf(second),
      }
    },
  })
}

function attach(reply: { header: (name: string, value: string) => unknown }, fileName: string): void {
  reply.header('content-disposition', `attachment; filename="${fileName}"`)
}

function notPossible(detail: string): HttpProblem {
  return new HttpProblem(409, 'conflict', detail)
}
