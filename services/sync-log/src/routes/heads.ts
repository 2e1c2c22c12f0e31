/** Signed heads, and the keys that they are signed with. */
import { Type } from 'typebox'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  HttpProblem,
  notFound,
  pageOf,
  pageParameters,
  type ServiceApp,
} from '@tidemark/service-kit'
import { HeadPosition, type HeadStore, type StoredHead } from '../stores/head-store.ts'
import { NoQuery } from './parameters.ts'

const tags = ['heads']

export const SignedHeadAnswer = Type.Object(
  {
    format: Type.Literal('tidemark-audit-head/1'),
    kind: Type.Enum(['daily', 'on-demand']),
    day: Type.Optional(Type.String()),
    size: Type.Integer({ description: 'Entries in the tree' }),
    rootHash: Type.String(),
    chainHash: Type.String(),
    signedAt: Type.String(),
    keyId: Type.String(),
    signature: Type.String({ description: 'Ed25519 over the canonical JSON of the other fields, base64' }),
  },
  { description: 'A signed head' },
)
const HeadAnswer = Type.Object({ id: Type.String(), head: SignedHeadAnswer })
const KeyAnswer = Type.Object({
  keyId: Type.String(),
  algorithm: Type.Literal('Ed25519'),
  publicKey: Type.String({ description: 'Raw key, base64' }),
  since: Type.String(),
})

export function addHeadRoutes(app: ServiceApp, heads: HeadStore, now: () => Date): void {
  app.route({
    method: 'GET',
    url: '/key',
    // Whoever checks a proof needs it, and it is no secret.
    config: { isOpen: true },
    schema: {
      tags,
      summary: 'The public key that signs heads now',
      querystring: NoQuery,
      response: { 200: KeyAnswer },
    },
    handler: async () => {
      const { keyId, publicKey, since } = await heads.currentKey(now())
      return { keyId, algorithm: 'Ed25519' as const, publicKey, since }
    },
  })

  app.route({
    method: 'GET',
    url: '/heads',
    schema: {
      tags,
      summary: 'Signed heads, the largest first',
      querystring: Type.Object(
        { kind: Type.Optional(Type.Enum(['daily', 'on-demand'])), ...pageParameters },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(HeadAnswer) },
    },
    handler: async ({ query }) => {
      const { kind, limit = defaultPageSize } = query
      const found = await heads.list(kind, limit + 1, decodeCursor(HeadPosition, query.cursor))
      const next = found[limit]
      return {
        items: found.slice(0, limit).map(headAnswer),
        nextCursor: next === undefined ? null : encodeCursor({ size: next.head.size, id: next._id }),
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/heads/:headId',
    schema: {
      tags,
      summary: 'A signed head',
      params: Type.Object({ headId: Type.String({ minLength: 1, maxLength: 100 }) }),
      querystring: NoQuery,
      response: { 200: HeadAnswer },
    },
    handler: async ({ params }) => {
      const found = await heads.get(params.headId)
      if (found === undefined) throw notFound(`there is no head ${params.headId}`)
      return headAnswer(found)
    },
  })

  app.route({
    method: 'POST',
    url: '/heads',
    config: { roles: ['auditor'] },
    schema: {
      tags,
      summary: 'Signs a head over all entries that are there now',
      querystring: NoQuery,
      response: { 200: HeadAnswer },
    },
    handler: async () => {
      const signed = await heads.signNow(now())
      if (signed === undefined) throw nothingToSign()
      return headAnswer(signed)
    },
  })
}

export function nothingToSign(): HttpProblem {
  return new HttpProblem(409, 'conflict', 'the audit has no entries yet: there is nothing to sign')
}

function headAnswer({ _id, head }: StoredHead) {
  return { id: _id, head }
}
