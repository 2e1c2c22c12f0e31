/** Work that is done again and again while the service runs, one round after the other. */
import type { FastifyBaseLogger } from 'fastify'
import type { ServiceApp } from '@tidemark/service-kit'

const firstMs = 1000

/** The first round is a second after the start; a round that fails is logged, and the next one tries again. Closing waits for a round. */
export function repeatUntilClosed(
  app: ServiceApp,
  logger: FastifyBaseLogger,
  name: string,
  everyMs: number,
  work: () => Promise<void>,
): void {
  let timer: NodeJS.Timeout | undefined
  let isClosing = false
  let round: Promise<void> = Promise.resolve()

  async function run(): Promise<void> {
    try {
      await work()
    } catch (error) {
      logger.warn({ reason: error instanceof Error ? error.message : String(error) }, `${name} failed; trying again`)
    }
    schedule(everyMs)
  }

  function schedule(afterMs: number): void {
    if (isClosing) return
    timer = setTimeout(() => (round = run()), afterMs)
    timer.unref()
  }

  schedule(firstMs)
  app.addHook('onClose', async () => {
    isClosing = true
    clearTimeout(timer)
    await round
  })
}
