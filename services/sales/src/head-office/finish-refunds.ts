/** Finishes refunds that were claimed and not written when a process ended, now and then until the service stops. */
import type { FastifyBaseLogger } from 'fastify'
import type { ServiceApp } from '@tidemark/service-kit'
import type { RefundSeries } from './refund-series.ts'

const everyMs = 30_000
const firstMs = 1000

export function finishRefunds(app: ServiceApp, refunds: RefundSeries, logger: FastifyBaseLogger): void {
  let timer: NodeJS.Timeout | undefined
  let isStopping = false
  let running: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    try {
      await refunds.finishAll()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      logger.warn({ reason }, 'refunds of head office could not be looked through; trying again')
    }
    schedule(everyMs)
  }

  function schedule(afterMs: number): void {
    if (isStopping) return
    timer = setTimeout(() => (running = look()), afterMs)
    timer.unref()
  }

  schedule(firstMs)
  app.addHook('onClose', async () => {
    isStopping = true
    clearTimeout(timer)
    await running
  })
}
