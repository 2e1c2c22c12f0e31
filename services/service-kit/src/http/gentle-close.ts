/**
 * Closing without letting a caller down. Fastify alone closes the connections that are idle at that moment, and then waits up to
 * 72 s for one that was busy and is kept alive afterwards.
 *
 *     stopping ──► each answer says `connection: close`, so callers let go by themselves ──► app.close(), and what goes idle is closed
 */
import type { FastifyInstance } from 'fastify'

const lookMs = 100

/** From when `isStopping` says so, an answer is the last one on its connection. */
export function sayGoodbye(app: FastifyInstance, isStopping: () => boolean): void {
  app.addHook('onSend', async (_request, reply) => {
    if (isStopping()) reply.header('connection', 'close')
  })
}

/** Resolves when every request that was under way is answered. */
export async function closeGently(app: FastifyInstance): Promise<void> {
  const timer = setInterval(() => app.server.closeIdleConnections(), lookMs)
  try {
    await app.close()
  } finally {
    clearInterval(timer)
  }
}
