/** Work that is looked for every few seconds. */
import type { FastifyBaseLogger } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RepeatedWork {
  /** Finishes the round in hand. */
  stop(): Promise<void>
}

/** `work` says how much it did; what fails is tried again in the next round. */
export function repeatWork(
  what: string,
  everyMs: number,
  logger: FastifyBaseLogger,
  work: () => Promise<number>,
): RepeatedWork {
  const stopping = new AbortController()
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const done = await work()
        if (done > 0) logger.info({ done }, what)
      } catch (error) {
        logger.warn({ reason: error instanceof Error ? error.message : String(error) }, `${what}: not this time`)
      }
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}
