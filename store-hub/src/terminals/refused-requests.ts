/** Whoever was not let in stands in the sync log, whichever part of the hub refused. */
import type { FastifyInstance } from 'fastify'
import { bearerToken } from './terminal-access.ts'
import type { Terminals } from './terminals.ts'

/** Those answer for themselves: what was wrong with them is more than a missing token. */
const tellThemselves = /^\/api\/terminals(\?|\/(challenge|token|key)|$)/

/** To be called before the routes. */
export function logRefusedRequests(app: FastifyInstance, terminals: Terminals): void {
  app.addHook('onResponse', async (request, { statusCode }) => {
    if ((statusCode !== 401 && statusCode !== 403) || tellThemselves.test(request.url)) return
    const token = bearerToken(request.headers.authorization)
    if (statusCode === 401) terminals.noteRefused(token)
    const holder = statusCode === 403 && token !== undefined ? terminals.authenticate(token) : undefined
    if (holder !== undefined) terminals.noteAccess('not-allowed', holder.incarnation)
  })
}
