/** When changes came in, to about a second, so that a lag can be told in time: marks of sequence and time, in memory. */

interface Mark {
  readonly sequence: number
  readonly atMs: number
}

export interface ArrivalTimes {
  /** The database was written to. `sequence`, where it is now, is asked for once a second only. */
  note(sequence: () => number, nowMs: number): void
  /** Everything up to `sequence` has travelled. */
  forget(sequence: number): void
  /** When the oldest change after `sequence` came in; undefined for what came in before this process. */
  oldestAfter(sequence: number): number | undefined
}

const precisionMs = 1000
const maxMarks = 1000

/** `firstSequence` is where the database was when the watching began. */
export function createArrivalTimes(firstSequence: number): ArrivalTimes {
  let marks: Mark[] = []
  let last = firstSequence
  return {
    note(sequence, nowMs) {
      // One mark a second is enough, but not once the clock was set back.
      const sinceMs = nowMs - (marks.at(-1)?.atMs ?? -Infinity)
      if (sinceMs >= 0 && sinceMs < precisionMs) return
      const present = sequence()
      if (present <= last) return
      marks.push({ sequence: last + 1, atMs: nowMs })
      // Thinned out, the marks that stay are older: the lag is not told smaller for it.
      if (marks.length > maxMarks) marks = marks.filter((_, index) => index % 2 === 0)
      last = present
    },
    forget(sequence) {
      const keepFrom = marks.findLastIndex((mark) => mark.sequence <= sequence + 1)
      if (keepFrom > 0) marks.splice(0, keepFrom)
      if (sequence >= last) marks = []
    },
    oldestAfter(sequence) {
      if (sequence < firstSequence) return undefined
      return marks.findLast((mark) => mark.sequence <= sequence + 1)?.atMs
    },
  }
}
