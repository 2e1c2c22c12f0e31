import type { FastifyInstance } from 'fastify'

/**
 * Bounds how long `app.close()` takes: `graceMs` after it began, the connections that are still open are cut.
 * Browsers and fetch open connections ahead of their requests; Node doesn't count those as idle, and a closing server
 * waits over a minute for each.
 */
export function boundClosing(app: FastifyInstance, graceMs: number): void {
  let timer: NodeJS.Timeout | undefined
  app.addHook('preClose', async () => {
    timer = setTimeout(() => app.server.closeAllConnections(), graceMs)
  })
  app.server.once('close', () => clearTimeout(timer))
}
