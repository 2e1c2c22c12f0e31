/** `GET /api/store`, `POST /api/terminals`, `GET /api/refused`. */
import { EnrolmentRequest } from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { parseInput } from '../errors.ts'
import type { Refusals } from './refusals.ts'
import type { Terminals } from './terminals.ts'

const EnrolmentQuery = Type.Object({ replace: Type.Optional(Type.Enum(['true', 'false'])) })
const RefusedQuery = Type.Object({
  limit: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$' })),
})
const defaultRefusedLimit = 50
const maxRequestBytes = 16_384

export function terminalRoutes(app: FastifyInstance, terminals: Terminals, refusals: Refusals): void {
  app.get('/api/store', () => terminals.storeInfo())

  app.post('/api/terminals', { bodyLimit: maxRequestBytes }, async (request, reply) => {
    const { replace } = parseInput(EnrolmentQuery, request.query)
    const body = parseInput(EnrolmentRequest, request.body)
    const enrolment = await terminals.enrol(body, { replace: replace === 'true' })
    return reply.code(201).header('cache-control', 'no-store').send(enrolment)
  })

  app.get('/api/refused', async (request, reply) => {
    const { limit } = parseInput(RefusedQuery, request.query)
    const items = await refusals.list(Number(limit ?? defaultRefusedLimit))
    return reply.send({ items, total: refusals.count() })
  })
}
