/** What every entry of a till's journal has, whatever it records. Pure: the same context and place give the same fields. */
import {
  journalId,
  schemaVersion,
  type Author,
  type Enrolment,
  type JournalEntry,
  type Sale,
  type Store,
} from '@tidemark/contracts'
import { businessDateOf } from './business-date.ts'

/** The span of what the person did. It also names it: an entry that carries it is that act, done. */
export interface ActTrace {
  readonly traceparent: string
  /** ISO 8601. */
  readonly startTime: string
}

export interface EntryContext {
  readonly store: Store
  readonly enrolment: Pick<Enrolment, 'storeId' | 'terminalId' | 'incarnation'>
  readonly by: Author
  readonly trace: ActTrace | null
}

/** Where an entry stands in its series, which the journal says. */
export interface EntryPlace {
  readonly number: number
  /** HLC stamp. */
  readonly at: string
  readonly now: Date
}

export type Unsealed<Entry extends JournalEntry> = Omit<Entry, 'previousHash' | 'hash'>

const maxDurationMs = 86_400_000

export function entryFields<Type extends JournalEntry['type']>(type: Type, context: EntryContext, place: EntryPlace) {
  const { store, enrolment, by, trace } = context
  return {
    _id: journalId(enrolment.incarnation, place.number),
    type,
    schemaVersion,
    storeId: enrolment.storeId,
    terminalId: enrolment.terminalId,
    incarnation: enrolment.incarnation,
    number: place.number,
    at: place.at,
    by,
    businessDate: businessDateOf(place.now, store.timeZone),
    ...(trace === null ? {} : { trace: traceOf(trace, place.now) }),
  }
}

function traceOf(trace: ActTrace, now: Date): NonNullable<Sale['trace']> {
  // A clock that was set back must not make a sale unsellable.
  const durationMs = Math.min(Math.max(0, now.getTime() - Date.parse(trace.startTime)), maxDurationMs)
  return { ...trace, durationMs }
}
