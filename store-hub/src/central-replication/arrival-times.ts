/** When changes came in, so that a lag can be told in seconds: a few marks of sequence and time, in memory. */

interface Mark {
  readonly sequence: number
  readonly atMs: number
}

export interface ArrivalTimes {
  /** The database is at `sequence` now. */
  note(sequence: number, nowMs: number): void
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
      if (sequence <= last) return
      const newest = marks.at(-1)
      // One mark a second is enough: it names the first of the changes that share it.
      if (newest === undefined || nowMs - newest.atMs >= precisionMs) marks.push({ sequence: last + 1, atMs: nowMs })
      // Thinned out, the marks that stay are older: the lag is never told too small.
      if (marks.length > maxMarks) marks = marks.filter((_, index) => index % 2 === 0)
      last = sequence
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
