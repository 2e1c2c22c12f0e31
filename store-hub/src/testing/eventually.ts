import { setTimeout as sleep } from 'node:timers/promises'

const pauseMs = 50

/** The first value of `look` that is not undefined or false. Throws what is missing when the time is over. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined | false>,
  withinMs = 60_000,
): Promise<Value> {
  const untilMs = Date.now() + withinMs
  for (;;) {
    const value = await look()
    if (value !== undefined && value !== false) return value
    if (Date.now() > untilMs) throw new Error(`not within ${withinMs / 1000} s: ${what}`)
    await sleep(pauseMs)
  }
}
