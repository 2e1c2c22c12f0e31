/** `GET /api/store`, and how a browser becomes a till: enrolment, challenges, tokens. */
import {
  Challenge,
  challengePath,
  ChallengeRequest,
  deviceKeyPath,
  DeviceKeyRequest,
  DeviceToken,
  Enrolment,
  EnrolmentRequest,
  StoreInfo,
  tokenPath,
  TokenRequest,
} from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { parseInput } from '../errors.ts'
import { bearerToken } from './terminal-access.ts'
import type { Terminals } from './terminals.ts'

const EnrolmentQuery = Type.Object({ replace: Type.Optional(Type.Enum(['true', 'false'])) })
const maxRequestBytes = 16_384
const tags = ['terminals']

export function terminalRoutes(app: FastifyInstance, terminals: Terminals): void {
  const limited = { bodyLimit: maxRequestBytes }
  app.get('/api/store', { schema: { tags, summary: 'The store and its lanes', response: { 200: StoreInfo } } }, () =>
    terminals.storeInfo(),
  )

  app.post(
    '/api/terminals',
    {
      ...limited,
      schema: { tags, summary: 'Enrol a till on a lane', body: EnrolmentRequest, response: { 201: Enrolment } },
    },
    async (request, reply) => {
      const { replace } = parseInput(EnrolmentQuery, request.query)
      const body = parseInput(EnrolmentRequest, request.body)
      const enrolment = await terminals.enrol(body, { replace: replace === 'true' })
      return reply.code(201).header('cache-control', 'no-store').send(enrolment)
    },
  )

  app.post(
    challengePath,
    {
      ...limited,
      schema: { tags, summary: 'A challenge for a till to sign', body: ChallengeRequest, response: { 200: Challenge } },
    },
    (request, reply) => {
      const { incarnation } = parseInput(ChallengeRequest, request.body)
      return reply.header('cache-control', 'no-store').send(terminals.challenge(incarnation))
    },
  )

  app.post(
    tokenPath,
    {
      ...limited,
      schema: { tags, summary: 'A token for a signed challenge', body: TokenRequest, response: { 200: DeviceToken } },
    },
    (request, reply) => {
      const body = parseInput(TokenRequest, request.body)
      return reply.header('cache-control', 'no-store').send(terminals.issueToken(body))
    },
  )

  app.post(
    deviceKeyPath,
    {
      ...limited,
      schema: { tags, summary: 'The key of a till that was enrolled with a bearer token', body: DeviceKeyRequest },
    },
    async (request, reply) => {
      const { publicKey } = parseInput(DeviceKeyRequest, request.body)
      await terminals.setKey(bearerToken(request.headers.authorization), publicKey)
      return reply.code(204).send()
    },
  )
}
