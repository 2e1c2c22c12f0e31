/** Waiting that can be called off, and the back-off between tries. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}

const baseMs = 250
const capMs = 10_000

/** Milliseconds before try number `failures + 1`: doubling, at most ten seconds, with jitter so that services don't come in step. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures, 16))
  return Math.round(ceiling / 2 + (ceiling / 2) * random())
}
