/** `POST /api/receipts/durability`, for terminals. HTTP only. */
import { DurabilityRequest, DurabilityResponse, errorCodes } from '@tidemark/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError, parseInput } from '../errors.ts'
import type { Durability } from './durability.ts'

const maxRequestBytes = 1_000_000

export function durabilityRoutes(
  app: FastifyInstance,
  { durability, isTerminal }: { durability: Durability; isTerminal: (request: FastifyRequest) => boolean },
): void {
  const schema = {
    tags: ['terminals'],
    security: [{ terminal: [] }],
    summary: 'Tells how far receipts have come: this hub, central, the audited log',
    body: DurabilityRequest,
    response: { 200: DurabilityResponse },
  }
  app.post('/api/receipts/durability', { bodyLimit: maxRequestBytes, schema }, async (request, reply) => {
    if (!isTerminal(request)) throw new HubError(errorCodes.unauthorized, 'Needs the token of an enrolled terminal')
    return reply.header('cache-control', 'no-store').send(durability.read(parseInput(DurabilityRequest, request.body)))
  })
}
