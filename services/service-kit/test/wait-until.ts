import { setTimeout as sleep } from 'node:timers/promises'

const everyMs = 50

/** Polls until the condition holds. Rejects after `limitMs` with the last reason. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 90_000,
): Promise<void> {
  const deadline = Date.now() + limitMs
  let reason: unknown
  while (Date.now() < deadline) {
    try {
      if (await condition()) return
      reason = undefined
    } catch (error) {
      reason = error
    }
    await sleep(everyMs)
  }
  throw new Error(`waited ${limitMs} ms in vain until ${what}`, { cause: reason })
}
