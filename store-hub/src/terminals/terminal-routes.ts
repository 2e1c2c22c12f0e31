/** `GET /api/store`, `POST /api/terminals`. */
import { EnrolmentRequest } from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { parseInput } from '../errors.ts'
import type { Terminals } from './terminals.ts'

const EnrolmentQuery = Type.Object({ replace: Type.Optional(Type.Enum(['true', 'false'])) })
const maxRequestBytes = 16_384

export function terminalRoutes(app: FastifyInstance, terminals: Terminals): void {
  app.get('/api/store', () => terminals.storeInfo())

  app.post('/api/terminals', { bodyLimit: maxRequestBytes }, async (request, reply) => {
    const { replace } = parseInput(EnrolmentQuery, request.query)
    const body = parseInput(EnrolmentRequest, request.body)
    const enrolment = await terminals.enrol(body, { replace: replace === 'true' })
    return reply.code(201).header('cache-control', 'no-store').send(enrolment)
  })
}
