/**
 * The shifts of this till, read from its journal. A mark on the device says which shift is open, so that a start need not search:
 *
 *     forget the mark ──► append the opening or closing ──► write the mark        no mark: the journal is searched
 *
 * The mark is never older than the journal: it is gone before a shift begins or ends, and comes back after.
 */
import type { Enrolment, JournalEntry, ShiftClose, ShiftContent, ShiftOpen } from '@tidemark/contracts'
import type { EntryDraft, Journal } from './journal.ts'
import { readEntry, readSeries } from './journal-reader.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export interface ShiftMark {
  readonly incarnation: string
  /** Journal id of the opening of the open shift. */
  readonly openId: string | null
  /** Journal ids of closings, newest first. */
  readonly closeIds: readonly string[]
}

/** A shift that is over. */
export interface ClosedShift {
  readonly open: ShiftOpen
  readonly close: ShiftClose
}

/** Closings that the list of reports goes back to. */
const maxCloseIds = 200

export class ShiftLog {
  readonly #databases: TerminalDatabases
  readonly #journal: Journal

  constructor(databases: TerminalDatabases, journal: Journal) {
    this.#databases = databases
    this.#journal = journal
  }

  async current(incarnation: string): Promise<ShiftOpen | undefined> {
    const { openId } = await this.#mark(incarnation)
    return openId === null ? undefined : ((await readEntry(this.#databases, openId)) as ShiftOpen | undefined)
  }

  async open(draft: EntryDraft<ShiftOpen>): Promise<ShiftOpen> {
    const { closeIds } = await this.#takeMark(draft.enrolment)
    const open = await this.#journal.append(draft)
    await this.#returnMark({ incarnation: open.incarnation, openId: open._id, closeIds })
    return open
  }

  async close(draft: EntryDraft<ShiftClose>): Promise<ShiftClose> {
    const { closeIds } = await this.#takeMark(draft.enrolment)
    const close = await this.#journal.append(draft)
    const all = [close._id, ...closeIds.filter((id) => id !== close._id)].slice(0, maxCloseIds)
    await this.#returnMark({ incarnation: close.incarnation, openId: null, closeIds: all })
    return close
  }

  /** Shifts that are over, newest first. */
  async closed(incarnation: string, limit: number): Promise<ClosedShift[]> {
    const { closeIds } = await this.#mark(incarnation)
    const shifts: ClosedShift[] = []
    for (const id of closeIds.slice(0, limit)) {
      const close = (await readEntry(this.#databases, id)) as ShiftClose | undefined
      const open = close && ((await readEntry(this.#databases, close.shiftOpen)) as ShiftOpen | undefined)
      if (close !== undefined && open !== undefined) shifts.push({ open, close })
    }
    return shifts
  }

  /** Everything that a shift is counted from: up to its closing, or up to now. */
  async content(open: ShiftOpen, close?: ShiftClose): Promise<ShiftContent> {
    const entries = await readSeries(this.#databases, open.incarnation, open.number, close?.number)
    return { floatMinor: open.floatMinor, entries, takenBack: await this.#takenBack(entries) }
  }

  /** Of several voids of one entry the first counts, as it does in the ledger. */
  async #takenBack(entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    const ids = new Set(entries.flatMap((entry) => (entry.type === 'void' ? [entry.voidOf] : [])))
    const found = await Promise.all([...ids].map((id) => readEntry(this.#databases, id)))
    return found.filter((entry) => entry !== undefined)
  }

  async #mark(incarnation: string): Promise<ShiftMark> {
    const mark = await this.#databases.device.read('shift')
    if (mark?.incarnation === incarnation) return mark
    const found = await this.#search(incarnation)
    await this.#writeMark(found)
    return found
  }

  async #takeMark({ incarnation }: Pick<Enrolment, 'incarnation'>): Promise<ShiftMark> {
    const mark = await this.#mark(incarnation)
    await this.#databases.device.forget('shift')
    return mark
  }

  /** The entry is recorded; without the mark it is searched for. */
  #returnMark(mark: ShiftMark): Promise<void> {
    return this.#writeMark(mark).catch(() => undefined)
  }

  #writeMark(mark: ShiftMark): Promise<void> {
    return this.#databases.device.write('shift', mark)
  }

  async #search(incarnation: string): Promise<ShiftMark> {
    const entries = await readSeries(this.#databases, incarnation, 1)
    const last = entries.findLast(({ type }) => type === 'shift-open' || type === 'shift-close')
    const closings = entries.filter(({ type }) => type === 'shift-close')
    return {
      incarnation,
      openId: last?.type === 'shift-open' ? last._id : null,
      closeIds: closings
        .map(({ _id }) => _id)
        .reverse()
        .slice(0, maxCloseIds),
    }
  }
}
