/**
 * Who is who: stores, terminals, incarnations and the clock nodes named after them.
 *
 *     store        s001
 *     terminal     s001-t03        one till
 *     incarnation  s001-t03-2      one enrolment of that till; it owns one receipt series
 *     clock node   s001t03         the tail of an HLC stamp; also `s001hub` and `hq`
 */
import * as Type from 'typebox'

export const HEAD_OFFICE = 'hq'

export const StoreId = Type.String({ pattern: '^s[0-9]{3,6}$', description: 'A store, such as s001' })
export const OwnerId = Type.String({ pattern: '^(s[0-9]{3,6}|hq)$', description: 'A store, or hq for head office' })
export const TerminalId = Type.String({ pattern: '^s[0-9]{3,6}-t[0-9]{2}$', description: 'A till, such as s001-t03' })
export const IncarnationId = Type.String({
  pattern: '^s[0-9]{3,6}-t[0-9]{2}-[1-9][0-9]{0,5}$',
  description: 'One enrolment of a till, such as s001-t03-2',
})

export interface Incarnation {
  readonly storeId: string
  readonly terminalId: string
  /** Lane number, 1 to 99. */
  readonly lane: number
  /** 1 for the first enrolment of the till, then 2, and so on. */
  readonly ordinal: number
}

const incarnationPattern = /^(s[0-9]{3,6})-t([0-9]{2})-([1-9][0-9]{0,5})$/

/** Takes `s001-t03-2` apart; undefined when the text is not an incarnation. */
export function parseIncarnation(text: string): Incarnation | undefined {
  const match = incarnationPattern.exec(text)
  if (match === null) return undefined
  const [, storeId = '', lane = '', ordinal = ''] = match
  return { storeId, terminalId: `${storeId}-t${lane}`, lane: Number(lane), ordinal: Number(ordinal) }
}

export function isStoreId(text: string): boolean {
  return /^s[0-9]{3,6}$/.test(text)
}

/** `('s001', 3)` → `s001-t03`. Throws a RangeError for a lane outside 1 to 99. */
export function terminalIdOf(storeId: string, lane: number): string {
  if (!Number.isInteger(lane) || lane < 1 || lane > 99) throw new RangeError(`lane must be 1 to 99, got ${lane}`)
  return `${storeId}-t${String(lane).padStart(2, '0')}`
}

export function incarnationIdOf(terminalId: string, ordinal: number): string {
  return `${terminalId}-${ordinal}`
}

/**
 * Head office's own series in a store, for refunds that it decides: `s001` → `s001-t00-1`. No till can take lane 0, so the
 * series never meets a till's, and everything that reads journals reads it too.
 */
export function headOfficeIncarnationOf(storeId: string): string {
  return `${storeId}-t00-1`
}

/** True for the series of head office in a store. */
export function isHeadOfficeIncarnation(incarnation: string): boolean {
  return parseIncarnation(incarnation)?.lane === 0
}

/** The clock node of a terminal: `s001-t03` → `s001t03`. */
export function clockNodeOfTerminal(terminalId: string): string {
  return terminalId.replaceAll('-', '')
}

/** The clock node of a store's hub: `s001` → `s001hub`. */
export function clockNodeOfHub(storeId: string): string {
  return `${storeId}hub`
}

/** The store (or `hq`) that a clock node belongs to: `s001t03` → `s001`. */
export function ownerOfClockNode(node: string): string {
  const match = /^(s[0-9]{3,6})(t[0-9]{2}|hub)$/.exec(node)
  return match?.[1] ?? HEAD_OFFICE
}
