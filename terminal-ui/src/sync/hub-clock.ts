/** How far this device's clock is from the hub's. Receipts carry the time, so a till that is an hour off is a thing to mend. */

const keptMeasures = 5

interface Measure {
  readonly skewMs: number
  readonly roundTripMs: number
}

export class HubClock {
  #measures: Measure[] = []

  /** The hub's time, and this device's before and after it was asked, in milliseconds. */
  note(hubMs: number, sentMs: number, receivedMs: number): void {
    const roundTripMs = receivedMs - sentMs
    // A clock that was set meanwhile measures nothing.
    if (!Number.isFinite(hubMs) || roundTripMs < 0) return
    const skewMs = (sentMs + receivedMs) / 2 - hubMs
    const newest = this.#measures.at(-1)
    // The device's clock was set: what was measured before is void.
    if (newest !== undefined && Math.abs(newest.skewMs - skewMs) > newest.roundTripMs + roundTripMs + 1000)
      this.#measures = []
    this.#measures = [...this.#measures, { skewMs, roundTripMs }].slice(-keptMeasures)
  }

  /** Positive when this device is ahead; null before the first measure. The quickest answer says it best. */
  get skewMs(): number | null {
    const [first, ...rest] = this.#measures
    if (first === undefined) return null
    return Math.round(rest.reduce((best, one) => (one.roundTripMs < best.roundTripMs ? one : best), first).skewMs)
  }
}
