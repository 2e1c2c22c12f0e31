/** One tab of a till writes. The browser's Web Locks elect it; a second tab may take the lock over, and the first one is told. */

const lockName = 'tidemark-till'
/** A page that was loaded anew, left or killed holds the lock until it has ended: that is no other tab. */
const maxEndingMs = 2000

/** True when this tab holds the lock. `onLost` is called once, when another tab takes it over. */
export function holdWriterLock(steal: boolean, onLost: () => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let held = false
    const hold = (): Promise<void> => {
      held = true
      resolve(true)
      // The lock is held for as long as this promise is open: until the tab closes or another steals it.
      return new Promise<void>(() => undefined)
    }
    const options: LockOptions = steal ? { steal: true } : { signal: AbortSignal.timeout(maxEndingMs) }
    navigator.locks.request(lockName, options, hold).catch((error: unknown) => {
      if (held) onLost()
      else if (error instanceof DOMException && error.name === 'TimeoutError') resolve(false)
      else reject(error instanceof Error ? error : new Error(String(error)))
    })
  })
}
