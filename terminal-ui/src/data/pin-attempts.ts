/** How often a PIN may be tried: five times freely, and then after a wait that doubles with every failure. */

export interface PinAttempts {
  /** Wrong PINs since the last right one. */
  readonly failures: number
  /** ISO 8601, of the last of them. */
  readonly lastAt: string
}

export const freeTries = 5
const firstWaitMs = 30_000
const longestWaitMs = 15 * 60_000

/** Milliseconds until the next try; 0 when it may be made now. A clock that was set back makes nobody wait for longer than the wait. */
export function waitMs(attempts: PinAttempts | undefined, now: Date): number {
  if (attempts === undefined || attempts.failures < freeTries) return 0
  const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempts.failures - freeTries))
  const passed = Math.max(0, now.getTime() - Date.parse(attempts.lastAt))
  return Math.max(0, wait - passed)
}

export function afterFailure(attempts: PinAttempts | undefined, now: Date): PinAttempts {
  return { failures: (attempts?.failures ?? 0) + 1, lastAt: now.toISOString() }
}
