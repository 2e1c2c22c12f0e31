/** Builds the journal entries of a shift: its opening, cash put in or taken out, its closing. Pure. */
import type { Author, CashMovement, ShiftClose, ShiftOpen } from '@tidemark/contracts'
import type { EntryDraft } from './journal.ts'
import { entryFields, type EntryContext } from './journal-entry.ts'

export function shiftOpenDraft(context: EntryContext, floatMinor: number): EntryDraft<ShiftOpen> {
  const { currency } = context.store
  return draftOf(context, (place) => ({ ...entryFields('shift-open', context, place), currency, floatMinor }))
}

export interface CashMove {
  readonly direction: CashMovement['direction']
  readonly amountMinor: number
  readonly reason: string
  readonly approvedBy?: Author | undefined
}

export function cashMovementDraft(context: EntryContext, move: CashMove): EntryDraft<CashMovement> {
  const { currency } = context.store
  const { direction, amountMinor, reason, approvedBy } = move
  return draftOf(context, (place) => ({
    ...entryFields('cash-movement', context, place),
    currency,
    direction,
    amountMinor,
    reason,
    ...(approvedBy === undefined ? {} : { approvedBy }),
  }))
}

export interface ShiftCount {
  /** Journal id of the opening. */
  readonly shiftOpen: string
  readonly expectedMinor: number
  readonly countedMinor: number
  readonly denominations?: ShiftClose['denominations']
}

export function shiftCloseDraft(context: EntryContext, count: ShiftCount): EntryDraft<ShiftClose> {
  const { currency } = context.store
  const { shiftOpen, expectedMinor, countedMinor, denominations } = count
  return draftOf(context, (place) => ({
    ...entryFields('shift-close', context, place),
    currency,
    shiftOpen,
    expectedMinor,
    countedMinor,
    ...(denominations === undefined ? {} : { denominations }),
  }))
}

function draftOf<Entry extends ShiftOpen | CashMovement | ShiftClose>(
  { enrolment, trace }: EntryContext,
  build: EntryDraft<Entry>['build'],
): EntryDraft<Entry> {
  return { enrolment, trace, build }
}
