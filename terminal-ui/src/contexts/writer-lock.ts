/** One tab of a till writes. The browser's Web Locks elect it; a second tab may take the lock over, and the first one is told. */

const lockName = 'tidemark-till'

/** True when this tab holds the lock now. `onLost` is called once, when another tab takes it over. */
export function holdWriterLock(steal: boolean, onLost: () => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let held = false
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      held = lock !== null
      resolve(held)
      // The lock is held for as long as this promise is open: until the tab closes or another steals it.
      return held ? new Promise<void>(() => undefined) : undefined
    }
    const options: LockOptions = steal ? { steal: true } : { ifAvailable: true }
    navigator.locks.request(lockName, options, hold).catch((error: unknown) => {
      if (held) onLost()
      else reject(error instanceof Error ? error : new Error(String(error)))
    })
  })
}
