/** One tab of a till writes. The browser's Web Locks elect it; a second tab may take the lock over, and the first one is told. */

const lockName = 'tidemark-till'
/** A page that was loaded anew, left or killed holds the lock until it has ended: that is no other tab. */
const maxEndingMs = 2000

export interface WriterLockOptions {
  /** Ends the tab that holds the lock. */
  readonly steal: boolean
  /** Another tab holds it, and has done so for longer than a page takes to end. The lock is still waited for. */
  readonly onWaiting: () => void
  /** Called once, when another tab takes the lock over. */
  readonly onLost: () => void
  /** Gives up waiting. */
  readonly signal: AbortSignal
}

/** Resolves with true once this tab holds the lock, with false when it no longer waits for it. */
export function holdWriterLock({ steal, onWaiting, onLost, signal }: WriterLockOptions): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let held = false
    const timer = setTimeout(onWaiting, maxEndingMs)
    const hold = (): Promise<void> => {
      held = true
      clearTimeout(timer)
      resolve(true)
      // The lock is held for as long as this promise is open: until the tab closes or another steals it.
      return new Promise<void>(() => undefined)
    }
    navigator.locks.request(lockName, steal ? { steal } : { signal }, hold).catch((error: unknown) => {
      clearTimeout(timer)
      if (held) onLost()
      else if (signal.aborted) resolve(false)
      else reject(error instanceof Error ? error : new Error(String(error)))
    })
  })
}
