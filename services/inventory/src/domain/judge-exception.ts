/**
 * Exceptions: stock that a person should look at.
 *
 *     condition holds:        (none) ──► open ──acknowledge──► acknowledged
 *                               ▲          └────────┬──────────────┘
 *     condition holds again:    └── over ◄──────────┘  condition holds no more
 *
 * An exception is about what is so now: it follows the stock level, so the order in which documents arrive does not matter
 * in the end.
 */

export const exceptionKinds = ['oversell', 'low-stock', 'overlapping-counts'] as const
export type ExceptionKind = (typeof exceptionKinds)[number]
export type ExceptionStatus = 'open' | 'acknowledged' | 'over'

export interface Acknowledgement {
  readonly by: string
  readonly at: string
  readonly note: string
  /** What was on hand when it was acknowledged. */
  readonly onHand: number
}

export interface StockException extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'stock-exception'
  readonly kind: ExceptionKind
  readonly storeId: string
  readonly sku: string
  readonly status: ExceptionStatus
  readonly onHand: number
  /** The threshold, of low stock. */
  readonly minimum: number | null
  /** At the conflict desk, of overlapping counts. */
  readonly caseId: string | null
  readonly openedAt: string
  readonly endedAt: string | null
  readonly acknowledgement: Acknowledgement | null
}

export interface Standing {
  readonly storeId: string
  readonly sku: string
  readonly onHand: number
  /** Low when on hand is at or below it. */
  readonly minimum: number | undefined
  /** Id of the case, when the last two counts contradict each other. */
  readonly overlapCaseId?: string | undefined
}

export function exceptionId(kind: ExceptionKind, storeId: string, sku: string): string {
  return `exception:${kind}:${storeId}:${sku}`
}

export function holds(kind: ExceptionKind, { onHand, minimum, overlapCaseId }: Standing): boolean {
  if (kind === 'overlapping-counts') return overlapCaseId !== undefined
  return kind === 'oversell' ? onHand < 0 : minimum !== undefined && onHand <= minimum
}

/** The exception as it is to be now; undefined when nothing has to be written. */
export function judgeException(
  kind: ExceptionKind,
  standing: Standing,
  current: StockException | undefined,
  now: string,
): StockException | undefined {
  const { storeId, sku, onHand } = standing
  const minimum = kind === 'low-stock' ? (standing.minimum ?? null) : null
  const caseId = kind === 'overlapping-counts' ? (standing.overlapCaseId ?? null) : null
  const isOpen = current !== undefined && current.status !== 'over'
  if (holds(kind, standing)) {
    // Another pair of counts is another matter, which nobody has seen yet.
    if (isOpen && current.caseId === caseId) {
      return current.onHand === onHand && current.minimum === minimum ? undefined : { ...current, onHand, minimum }
    }
    const opened = {
      status: 'open',
      onHand,
      minimum,
      caseId,
      openedAt: now,
      endedAt: null,
      acknowledgement: null,
    } as const
    return { _id: exceptionId(kind, storeId, sku), type: 'stock-exception', kind, storeId, sku, ...opened }
  }
  return isOpen ? { ...current, status: 'over', onHand, endedAt: now } : undefined
}
