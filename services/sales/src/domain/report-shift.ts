/** A shift of a till: from its opening to its closing in the series, and what has to be in the drawer at the end. Pure. */
import { journalId, shiftFigures, type ShiftFigures } from '@tidemark/contracts'
import type { LedgerEntry } from './ledger-entry.ts'
import type { DaySums, ShiftMark } from './sum-entries.ts'

/** Where a shift lies in its series. */
export interface ShiftRange {
  readonly incarnation: string
  readonly terminalId: string
  readonly open: ShiftMark
  /** Undefined while the closing has not arrived. */
  readonly close: ShiftMark | undefined
  readonly from: number
  /** The number of the closing, else the last that can belong to the shift and has arrived. */
  readonly to: number
}

/**
 * The shifts that were opened on a date. `later` are the sums of the days after it, because a shift may end after midnight;
 * `lastNumber` is the last number of a series that has arrived.
 */
export function findShifts(
  day: readonly DaySums[],
  later: readonly DaySums[],
  lastNumber: (incarnation: string) => number,
): readonly ShiftRange[] {
  return day.flatMap((sums) => {
    const { incarnation, terminalId } = sums
    const after = later.filter((other) => other.incarnation === incarnation)
    const marks = [sums, ...after].flatMap(({ shifts }) => shifts)
    return sums.shifts
      .filter(({ kind }) => kind === 'open')
      .map((open) => {
        const openId = journalId(incarnation, open.number)
        const close = marks.find(({ kind, shiftOpen }) => kind === 'close' && shiftOpen === openId)
        const next = marks.find(({ kind, number }) => kind === 'open' && number > open.number)
        const to =
          close?.number ?? Math.max(open.number, next === undefined ? lastNumber(incarnation) : next.number - 1)
        return { incarnation, terminalId, open, close, from: open.number, to }
      })
  })
}

export interface ShiftReport extends ShiftFigures {
  readonly incarnation: string
  readonly terminalId: string
  readonly cashierId: string
  readonly currency: string
  /** HLC stamps. */
  readonly openedAt: string
  readonly closedAt: string | null
  readonly from: number
  readonly to: number
  readonly entries: number
  /** Numbers of the shift that have not arrived: while there are any, the expected cash is not the last word. */
  readonly missing: number
  /** What the till said that it expected; null while the shift is open. */
  readonly tillExpectedMinor: number | null
  readonly countedMinor: number | null
  /** Counted minus expected: negative when cash is short. Null while the shift is open. */
  readonly differenceMinor: number | null
}

export interface ShiftEntries {
  /** Those of the shift that have arrived. */
  readonly entries: readonly LedgerEntry[]
  /** The entries that voids of the shift take back, by the id of the void; without those whose void does not count. */
  readonly takenBack: ReadonlyMap<string, LedgerEntry>
}

export function reportShift(range: ShiftRange, { entries, takenBack }: ShiftEntries): ShiftReport {
  const { open, close, from, to, incarnation, terminalId } = range
  const figures = shiftFigures({
    floatMinor: open.floatMinor ?? 0,
    entries: entries.map(({ entry }) => entry),
    takenBack: [...takenBack.values()].map(({ entry }) => entry),
  })
  const countedMinor = close?.countedMinor ?? null
  return {
    incarnation,
    terminalId,
    cashierId: open.cashierId,
    currency: open.currency,
    openedAt: open.at,
    closedAt: close?.at ?? null,
    from,
    to,
    entries: entries.length,
    missing: to - from + 1 - entries.length,
    ...figures,
    tillExpectedMinor: close?.expectedMinor ?? null,
    countedMinor,
    differenceMinor: countedMinor === null ? null : countedMinor - figures.expectedMinor,
  }
}
