/** How much of this browser's storage the till uses. A till that runs out of it can't record a sale, so it says so in time. */

export type StorageLevel = 'unknown' | 'ok' | 'low' | 'full'

export interface StorageReport {
  readonly level: StorageLevel
  readonly usedBytes: number
  readonly quotaBytes: number
  /** The browser has promised not to clear it by itself. */
  readonly persistent: boolean
}

const lowShare = 0.8
const fullShare = 0.98
const lookEveryMs = 60_000

export class StorageWatch {
  report: StorageReport = { level: 'unknown', usedBytes: 0, quotaBytes: 0, persistent: false }
  readonly #changed: () => void
  #hasFailed = false

  constructor(changed: () => void) {
    this.#changed = changed
  }

  async start(): Promise<void> {
    setInterval(() => void this.look(), lookEveryMs)
    // Without this a browser that runs short of disk may drop a till's unsent receipts.
    await navigator.storage?.persist?.().catch(() => false)
    await this.look()
  }

  /** A write found no room, whatever the estimate says. */
  noteNoRoom(): void {
    this.#hasFailed = true
    void this.look()
  }

  /** A write went well. */
  noteRoom(): void {
    if (!this.#hasFailed) return
    this.#hasFailed = false
    void this.look()
  }

  async look(): Promise<void> {
    try {
      const { usage = 0, quota = 0 } = await navigator.storage.estimate()
      const persistent = (await navigator.storage.persisted?.()) ?? false
      this.report = {
        level: storageLevel(usage, quota, this.#hasFailed),
        usedBytes: usage,
        quotaBytes: quota,
        persistent,
      }
    } catch {
      this.report = { ...this.report, level: this.#hasFailed ? 'full' : 'unknown' }
    }
    this.#changed()
  }
}

/** `hasFailed`: a write found no room, whatever the browser estimates. */
export function storageLevel(usedBytes: number, quotaBytes: number, hasFailed: boolean): StorageLevel {
  if (hasFailed) return 'full'
  if (quotaBytes === 0) return 'unknown'
  const share = usedBytes / quotaBytes
  if (share >= fullShare) return 'full'
  return share >= lowShare ? 'low' : 'ok'
}
