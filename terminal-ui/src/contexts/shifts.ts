/**
 * The shift at this till: opened with a float, cash put in and taken out, looked at (X), closed with a count (Z). A store may say that
 * nothing is sold without an open one.
 */
import { msg, str } from '@lit/localize'
import type { Enrolment, JournalEntry, ShiftContent, ShiftOpen } from '@tidemark/contracts'
import { newActTrace } from '../data/act-trace.ts'
import { sumOf, type CountedDenomination } from '../data/denominations.ts'
import type { EntryContext } from '../data/journal-entry.ts'
import { cashMovementDraft, shiftCloseDraft, shiftOpenDraft, type CashMove } from '../data/shift-documents.ts'
import { ShiftLog, type ClosedShift } from '../data/shift-log.ts'
import { shiftReportOf, type ShiftReport } from '../data/shift-report.ts'
import { askConsent } from './approval.ts'
import { failureWords } from './failure-words.ts'
import type { TillHost } from './till-host.ts'

/** Cash out above this needs a manager, unless the store says otherwise. */
const defaultCashLimitMinor = 5000

export class Shifts {
  current: ShiftOpen | undefined
  busy = false
  readonly #till: TillHost
  #log: ShiftLog | undefined

  constructor(till: TillHost) {
    this.#till = till
  }

  async resume({ incarnation }: Enrolment): Promise<void> {
    const { databases, journal } = this.#till
    this.#log = new ShiftLog(databases, journal)
    this.current = await this.#log.current(incarnation)
  }

  async open(floatMinor: number): Promise<boolean> {
    return this.#act(async (log, context) => {
      if (this.current !== undefined) return
      this.current = await log.open(shiftOpenDraft(context, floatMinor))
      this.#sendSoon(this.current)
    })
  }

  /** False when it was not recorded: a manager refused, or the browser could not store it. */
  async moveCash(move: CashMove, amountInWords: string): Promise<boolean> {
    if (this.current === undefined) return false
    const limitMinor = this.#till.catalog?.store?.cashierCashOutLimitMinor ?? defaultCashLimitMinor
    const needsConsent = move.direction === 'out' && move.amountMinor > limitMinor
    const reason = msg(str`${amountInWords} out of the drawer: ${move.reason}`)
    const approvedBy = needsConsent ? await askConsent(this.#till, { permission: 'cash-movement', reason }) : undefined
    if (needsConsent && approvedBy === undefined) return false
    return this.#act(async (_log, context) => {
      const entry = await this.#till.journal.append(cashMovementDraft(context, { ...move, approvedBy }))
      this.#sendSoon(entry)
    })
  }

  /** Closes the shift; resolves with its Z report, or with undefined when nothing was recorded. */
  async close(denominations: readonly CountedDenomination[]): Promise<ShiftReport | undefined> {
    let report: ShiftReport | undefined
    await this.#act(async (log, context) => {
      const open = this.current
      if (open === undefined) return
      const { figures } = shiftReportOf({ open }, await log.content(open), new Date())
      const close = await log.close(
        shiftCloseDraft(context, {
          shiftOpen: open._id,
          expectedMinor: figures.expectedMinor,
          countedMinor: sumOf(denominations),
          denominations: denominations.filter(({ count }) => count > 0),
        }),
      )
      this.current = undefined
      report = shiftReportOf({ open, close }, await log.content(open, close), new Date())
      this.#sendSoon(close)
    })
    return report
  }

  /** What the open shift is counted from; undefined when none is open. */
  async content(): Promise<ShiftContent | undefined> {
    return this.current === undefined ? undefined : this.#log?.content(this.current)
  }

  /** The X report of the open shift, or the Z report of one that is over. */
  async report(shift?: ClosedShift): Promise<ShiftReport | undefined> {
    const wanted = shift ?? (this.current === undefined ? undefined : { open: this.current, close: undefined })
    if (this.#log === undefined || wanted === undefined) return undefined
    return shiftReportOf(wanted, await this.#log.content(wanted.open, wanted.close), new Date())
  }

  /** Shifts that are over, newest first. */
  async closed(limit: number): Promise<ClosedShift[]> {
    const { enrolment } = this.#till
    return enrolment === undefined ? [] : ((await this.#log?.closed(enrolment.incarnation, limit)) ?? [])
  }

  /** One act at a time. False when nothing was recorded; the cashier is told why. */
  async #act(work: (log: ShiftLog, context: EntryContext) => Promise<void>): Promise<boolean> {
    const { enrolment, catalog, author, notices } = this.#till
    if (this.busy || this.#log === undefined || enrolment === undefined || catalog?.store === undefined) return false
    this.busy = true
    this.#till.changed()
    try {
      await work(this.#log, { store: catalog.store, enrolment, by: author, trace: newActTrace() })
      return true
    } catch (error) {
      notices.warn(msg(str`Nothing was recorded: ${failureWords(error)}`))
      return false
    } finally {
      this.busy = false
      this.#till.changed()
    }
  }

  #sendSoon({ businessDate }: JournalEntry): void {
    this.#till.noteLocalWrite(`sales-${businessDate.slice(0, 7)}`)
  }
}
