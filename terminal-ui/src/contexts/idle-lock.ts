/** Locks the till when nobody has touched it for a while. It looks at the time, not at timers: a laptop that slept was idle as well. */

const lookEveryMs = 5_000
const signs = ['pointerdown', 'keydown', 'wheel'] as const

export interface IdleOptions {
  /** Minutes; 0 never. */
  readonly minutes: () => number
  readonly lock: () => void
}

/** Returns what ends it. */
export function lockWhenIdle(target: EventTarget, { minutes, lock }: IdleOptions): () => void {
  let lastSignAt = Date.now()
  const note = (): void => {
    lastSignAt = Date.now()
  }
  const timer = setInterval(() => {
    const limitMs = minutes() * 60_000
    if (limitMs > 0 && Date.now() - lastSignAt >= limitMs) {
      note()
      lock()
    }
  }, lookEveryMs)
  for (const sign of signs) target.addEventListener(sign, note, { capture: true, passive: true })
  return () => {
    clearInterval(timer)
    for (const sign of signs) target.removeEventListener(sign, note, { capture: true })
  }
}
