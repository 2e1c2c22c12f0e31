/** Makes one of many: however often something is noted, it is told at most once in a while, and always after the last time. */
export interface Gatherer {
  note(key: string): void
  close(): void
}

/** `tell` is called `delayMs` after the first note of a key, and not again for it before `apartMs` are over. */
export function createGatherer(delayMs: number, apartMs: number, tell: (key: string) => void): Gatherer {
  const pending = new Map<string, NodeJS.Timeout>()
  const toldAtMs = new Map<string, number>()
  return {
    note(key) {
      if (pending.has(key)) return
      const waitMs = Math.max(delayMs, (toldAtMs.get(key) ?? 0) + apartMs - Date.now())
      const timer = setTimeout(() => {
        pending.delete(key)
        toldAtMs.set(key, Date.now())
        tell(key)
      }, waitMs)
      pending.set(key, timer)
    },
    close() {
      pending.forEach((timer) => clearTimeout(timer))
      pending.clear()
    },
  }
}
