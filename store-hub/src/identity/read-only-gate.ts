/** Turns writes away while another hub holds the store. */
import { errorCodes } from '@tidemark/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'

const retryAfterSeconds = 30
const reading = new Set(['GET', 'HEAD', 'OPTIONS'])
/** POST requests of CouchDB's protocol that only read. */
const readingPosts =
  /\/(_all_docs|_bulk_get|_changes|_explain|_find|_missing_revs|_revs_diff|_session|_ensure_full_commit)$/
/** What changes the store's data for terminals and other clients; administration goes on. */
const writingApi = /^\/api\/(sync\/(push|conflicts)|terminals)(\/|$)/

/**
 * Answers writes of terminals with 503 while `reason` gives one. Not 403: a replicating PouchDB skips a document that is
 * forbidden, and keeps one that could not be written for the next try.
 */
export function readOnlyGate(app: FastifyInstance, reason: () => string | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    const why = isWrite(request) ? reason() : undefined
    if (why === undefined) return
    reply.header('retry-after', String(retryAfterSeconds))
    if (!isDatabaseRequest(request)) throw new HubError(errorCodes.unavailable, why)
    await reply
      .code(503)
      .type('application/json')
      .send(JSON.stringify({ error: 'service_unavailable', reason: why }))
  })
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? ''
const isDatabaseRequest = (request: FastifyRequest): boolean => pathOf(request).startsWith('/db/')

function isWrite(request: FastifyRequest): boolean {
  if (reading.has(request.method)) return false
  const path = pathOf(request)
  if (!path.startsWith('/db/')) return writingApi.test(path)
  // Checkpoints of a replication that reads.
  if (/^\/db\/[^/]+\/_local(\/|%2[fF])/.test(path)) return false
  return request.method !== 'POST' || !readingPosts.test(path)
}
