/** `/health/live` and `/health/ready`. A store without its WAN is a working store: only the hub's own parts count. */
import type { FastifyInstance } from 'fastify'
import { describeError } from '../errors.ts'
import type { Store } from '../store/index.ts'

export function healthRoutes(app: FastifyInstance, store: Store): void {
  app.get('/health/live', () => ({ status: 'ok' }))
  app.get('/health/ready', async (_request, reply) => {
    try {
      const catalog = store.database('catalog')
      if (catalog === undefined) throw new Error('the catalogue database is not open')
      // What the database knows without its file says nothing of the disk.
      catalog.list({ limit: 1 })
      return { status: 'ok' }
    } catch (error) {
      return reply.code(503).send({ status: 'unavailable', dependency: 'store', reason: describeError(error) })
    }
  })
}
