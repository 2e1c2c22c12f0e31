/** One line a request, by its id: what changes something or goes wrong at `info`, reading at `debug`. */
import type { FastifyInstance } from 'fastify'

export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const reads = request.method === 'GET' || request.method === 'HEAD'
    const level = reads && reply.statusCode < 400 ? 'debug' : 'info'
    // The query may name a customer: only the path is written down.
    const [path] = request.url.split('?')
    request.log[level](
      {
        method: request.method,
        path,
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
        subject: request.principal.subject,
      },
      'request',
    )
  })
}
