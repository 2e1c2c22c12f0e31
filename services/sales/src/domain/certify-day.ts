/**
 * The completeness certificate of a store's day, and its addenda.
 *
 *     close ──► certificate 0 ◄─ previousHash ─ certificate 1 (addendum) ◄─ previousHash ─ certificate 2 …
 *
 * 1. A certificate says exactly which numbers it counted. What is counted later is what came late: nothing has to remember
 *    when an entry arrived, and nothing certified is ever changed.
 * 2. `hash` is the SHA-256 of the RFC 8785 form of all but `hash`, `signature` and `_rev`; `signature` is Ed25519 (RFC 8032)
 *    over the 32 bytes of the hash. So anybody can check one with the public key alone.
 */
import { documentHash, genesisHash, isHeadOfficeIncarnation } from '@tidemark/contracts'
import { missingOf, timeOfStamp, type Series } from './merge-series.ts'
import { countNumbers, subtractRanges, type NumberRanges } from './number-ranges.ts'
import type { ShiftReport } from './report-shift.ts'
import { paymentTotals, taxTotals, totalsOf, type PaymentTotals, type TaxTotals } from './report-totals.ts'
import type { DaySums, Figures } from './sum-entries.ts'

/**
 * `complete`: nothing is missing, and a later entry or the closing of the shift shows that the day is over.
 * `may-continue`: nothing is missing up to the last number heard, but more may come. `missing`: numbers are missing.
 */
export type TerminalStatus = 'complete' | 'may-continue' | 'missing'

export interface TerminalStatement {
  readonly incarnation: string
  readonly terminalId: string
  readonly status: TerminalStatus
  readonly entries: number
  /** Numbers of the day that are counted. */
  readonly included: NumberRanges
  /** Those that voids have taken out again. */
  readonly voided: NumberRanges
  /** Numbers that have not arrived and may be of this day. */
  readonly missing: NumberRanges
  /** The last number of the series that was heard, of whatever day, and the hash of its entry. */
  readonly heardUpTo: number
  readonly headHash: string
  readonly faults: number
}

/** A day as it is known now. */
export interface DayState {
  readonly storeId: string
  readonly businessDate: string
  /** Whether every till that was heard is complete. Tills that were not heard are named in `notHeard`. */
  readonly complete: boolean
  readonly terminals: readonly TerminalStatement[]
  /** Enrolled tills with nothing on this day and nothing after it: switched off, or cut off. */
  readonly notHeard: readonly string[]
  readonly totals: readonly (Figures & { readonly currency: string | null })[]
  readonly payments: readonly PaymentTotals[]
  readonly taxes: readonly TaxTotals[]
  readonly shifts: readonly ShiftReport[]
}

export interface LateNumbers {
  readonly incarnation: string
  readonly entries: NumberRanges
  readonly voided: NumberRanges
}

export interface DayCertificate extends DayState, Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'day-certificate'
  /** 0 closes the day, 1 and so on are addenda. */
  readonly ordinal: number
  readonly kind: 'close' | 'addendum'
  readonly issuedAt: string
  readonly issuedBy: { readonly subject: string; readonly name: string }
  /** Hash of the certificate before it; 64 zeros for the closing. */
  readonly previousHash: string
  /** What came since the certificate before; empty for the closing. */
  readonly late: readonly LateNumbers[]
  readonly keyId: string
  /** Base64 of the raw 32 bytes. */
  readonly publicKey: string
  readonly hash: string
  /** Base64. */
  readonly signature: string
}

export interface DayParts {
  readonly storeId: string
  readonly businessDate: string
  readonly days: readonly DaySums[]
  readonly series: readonly Series[]
  readonly enrolled: readonly string[]
  readonly shifts: readonly ShiftReport[]
}

export function describeDay(parts: DayParts): DayState {
  const { storeId, businessDate, days, series, enrolled, shifts } = parts
  const terminals = days.map((day) =>
    stateOf(
      day,
      series.find(({ incarnation }) => incarnation === day.incarnation),
    ),
  )
  const isSettled = (incarnation: string): boolean => {
    const lastAt = series.find((other) => other.incarnation === incarnation)?.runs.at(-1)?.lastAt ?? ''
    return days.some((day) => day.incarnation === incarnation) || timeOfStamp(lastAt).slice(0, 10) > businessDate
  }
  return {
    storeId,
    businessDate,
    complete: terminals.every(({ status }) => status === 'complete'),
    terminals,
    notHeard: enrolled.filter((incarnation) => !isSettled(incarnation)),
    totals: totalsOf(days),
    payments: paymentTotals(days),
    taxes: taxTotals(days),
    shifts,
  }
}

function stateOf(day: DaySums, series: Series | undefined): TerminalStatement {
  const [first, last] = [day.included[0]?.[0] ?? 0, day.included.at(-1)?.[1] ?? 0]
  const head = series?.runs.at(-1)
  const heardUpTo = head?.to ?? last
  const missing = missingOf(series ?? { runs: [] })
    .filter(({ from, to }) => to >= first - 1 && from <= last + 1)
    .map(({ from, to }) => [from, to] as const)
  // Head office's series is made here, so nothing of it can be on its way.
  const isOver =
    heardUpTo > last ||
    isHeadOfficeIncarnation(day.incarnation) ||
    day.shifts.some(({ kind, number }) => kind === 'close' && number === last)
  return {
    incarnation: day.incarnation,
    terminalId: day.terminalId,
    status: missing.length > 0 ? 'missing' : isOver ? 'complete' : 'may-continue',
    entries: countNumbers(day.included),
    included: day.included,
    voided: day.voided,
    missing,
    heardUpTo,
    headHash: head?.lastHash ?? '',
    faults: series?.faults.length ?? 0,
  }
}

/** What is counted now and was not when the certificate was made. */
export function lateSince(certified: Pick<DayState, 'terminals'>, now: Pick<DayState, 'terminals'>): LateNumbers[] {
  return now.terminals.flatMap(({ incarnation, included, voided }) => {
    const before = certified.terminals.find((terminal) => terminal.incarnation === incarnation)
    const late = {
      incarnation,
      entries: subtractRanges(included, before?.included ?? []),
      voided: subtractRanges(voided, before?.voided ?? []),
    }
    return late.entries.length + late.voided.length > 0 ? [late] : []
  })
}

export interface CertificateSigner {
  readonly keyId: string
  /** Base64 of the raw 32 bytes. */
  readonly publicKey: string
  /** Ed25519 over the bytes of a hash in hex; base64. */
  signHash(hash: string): string
}

export function certificateId(storeId: string, businessDate: string, ordinal: number): string {
  return `certificate:${storeId}:${businessDate}:${String(ordinal).padStart(4, '0')}`
}

export interface Issue {
  readonly issuedAt: Date
  readonly issuedBy: DayCertificate['issuedBy']
  readonly signer: CertificateSigner
}

/** The next certificate of a day; undefined when nothing came since the one before. */
export function certifyDay(
  state: DayState,
  before: DayCertificate | undefined,
  issue: Issue,
): DayCertificate | undefined {
  const late = before === undefined ? [] : lateSince(before, state)
  if (before !== undefined && late.length === 0) return undefined
  const ordinal = before === undefined ? 0 : before.ordinal + 1
  const { signer } = issue
  const body = {
    _id: certificateId(state.storeId, state.businessDate, ordinal),
    type: 'day-certificate',
    ordinal,
    kind: ordinal === 0 ? 'close' : 'addendum',
    issuedAt: issue.issuedAt.toISOString(),
    issuedBy: issue.issuedBy,
    previousHash: before?.hash ?? genesisHash,
    ...state,
    late,
    keyId: signer.keyId,
    publicKey: signer.publicKey,
  } as const
  const hash = documentHash(body)
  return { ...body, hash, signature: signer.signHash(hash) }
}
