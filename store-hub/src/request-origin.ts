/** Pages of other origins may not use the hub: a browser sends `Origin` with their requests, and it must be ours. */
import { errorCodes } from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import { HubError } from './errors.ts'

export function requireOwnOrigin(app: FastifyInstance, onRefused: () => void): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (origin === undefined) return
    const host = URL.canParse(origin) ? new URL(origin).host : undefined
    if (host === request.headers.host) return
    onRefused()
    const reason = 'Requests from other origins are refused'
    if (request.url.startsWith('/db')) return reply.code(403).send({ error: 'forbidden', reason })
    throw new HubError(errorCodes.forbidden, reason)
  })
}
