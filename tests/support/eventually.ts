/** Waiting for what must come true. Nothing here sleeps for a guess: it looks, and looks again, up to a bound. */
import { setTimeout as sleep } from 'node:timers/promises'

const firstPauseMs = 50
const longestPauseMs = 500

/**
 * Runs `probe` until it no longer throws, and returns what it returned. After `timeoutMs` it throws with the reason that the last
 * probe gave.
 */
export async function eventually<Result>(
  what: string,
  probe: () => Promise<Result> | Result,
  timeoutMs = 60_000,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    try {
      return await probe()
    } catch (error) {
      if (performance.now() > deadline) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new Error(`${what}: not within ${timeoutMs / 1000} s: ${reason}`, { cause: error })
      }
    }
    await sleep(pauseMs)
  }
}
