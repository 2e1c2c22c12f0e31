/** Pages of other origins may not use the hub: a browser sends `Origin` with their requests, and it must be ours. */
import { errorCodes } from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import { HubError } from './errors.ts'

export function requireOwnOrigin(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const { origin } = request.headers
    if (origin === undefined) return
    const host = URL.canParse(origin) ? new URL(origin).host : undefined
    if (host !== request.headers.host)
      throw new HubError(errorCodes.forbidden, 'Requests from other origins are refused')
  })
}
