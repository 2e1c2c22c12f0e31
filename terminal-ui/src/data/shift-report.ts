/** An X or Z report: what a shift came to. Pure. */
import {
  shiftFigures,
  shiftTakings,
  type ShiftClose,
  type ShiftContent,
  type ShiftFigures,
  type ShiftOpen,
  type ShiftTakings,
} from '@tidemark/contracts'

export interface ShiftReport {
  /** X looks at a shift and changes nothing; Z is of a shift that is closed. */
  readonly kind: 'X' | 'Z'
  readonly open: ShiftOpen
  readonly close: ShiftClose | undefined
  /** When it was drawn up, ISO 8601. */
  readonly at: string
  /** Numbers in the journal, both included. */
  readonly from: number
  readonly to: number
  readonly figures: ShiftFigures
  readonly takings: ShiftTakings
}

export function shiftReportOf(
  { open, close }: { readonly open: ShiftOpen; readonly close?: ShiftClose | undefined },
  content: ShiftContent,
  now: Date,
): ShiftReport {
  return {
    kind: close === undefined ? 'X' : 'Z',
    open,
    close,
    at: close === undefined ? now.toISOString() : close.at.slice(0, 24),
    from: open.number,
    to: close?.number ?? content.entries.at(-1)?.number ?? open.number,
    figures: shiftFigures(content),
    takings: shiftTakings(content),
  }
}
