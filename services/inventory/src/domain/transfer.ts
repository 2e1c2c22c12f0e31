/**
 * Goods on their way from one store to another.
 *
 *     dispatching ──movement at the sender──► dispatched ──► receiving ──movement at the receiver──► received
 *
 * 1. Ids and stamps of both movements are fixed in the transfer before a movement is written, so a step that was cut off is
 *    repeated and writes the same document.
 * 2. What is between the stores belongs to neither: it left with the dispatch and arrives with the receipt.
 * 3. What arrived is what the receiver counted. The difference stands in the transfer, for a person to ask about.
 */
import { schemaVersion, type Signature, type StockMovement } from '@tidemark/contracts'

export interface TransferLine {
  readonly sku: string
  /** Pieces or grams that left. */
  readonly sent: number
  /** Null while the goods are on their way. */
  readonly received: number | null
}

export interface Step extends Signature {
  readonly movementId: string
}

export interface Transfer extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'transfer'
  readonly status: 'dispatching' | 'dispatched' | 'receiving' | 'received'
  readonly from: string
  readonly to: string
  readonly lines: readonly TransferLine[]
  readonly note: string
  readonly dispatchedAt: string
  readonly receivedAt: string | null
  readonly dispatch: Step
  readonly receipt: Step | null
}

export interface Arrived {
  readonly sku: string
  readonly quantity: number
}

export function receiveLines(lines: readonly TransferLine[], arrived: readonly Arrived[]): readonly TransferLine[] {
  const quantities = new Map(arrived.map(({ sku, quantity }) => [sku, quantity]))
  const sent = lines.map((line) => ({ ...line, received: quantities.get(line.sku) ?? 0 }))
  const known = new Set(lines.map(({ sku }) => sku))
  // What nobody sent, and is there.
  const others = arrived.filter(({ sku }) => !known.has(sku))
  return [...sent, ...others.map(({ sku, quantity }) => ({ sku, sent: 0, received: quantity }))]
}

/** More than zero arrived than was sent, or less. None while the goods are on their way. */
export function differencesOf(lines: readonly TransferLine[]): readonly { sku: string; difference: number }[] {
  return lines.flatMap(({ sku, sent, received }) =>
    received === null || received === sent ? [] : [{ sku, difference: received - sent }],
  )
}

/** The movement that the transfer's state calls for, with its store; undefined when there is none to write. */
export function movementDue(transfer: Transfer): { storeId: string; movement: StockMovement } | undefined {
  const { status, from, to, dispatch, receipt } = transfer
  if (status === 'dispatching') {
    const lines = transfer.lines.map(({ sku, sent }) => ({ sku, quantity: -sent }))
    return { storeId: from, movement: movementOf(transfer, from, dispatch, 'transfer-out', lines) }
  }
  if (status !== 'receiving' || receipt === null) return undefined
  const lines = transfer.lines.flatMap(({ sku, received }) => (received ? [{ sku, quantity: received }] : []))
  if (lines.length === 0) return undefined
  return { storeId: to, movement: movementOf(transfer, to, receipt, 'transfer-in', lines) }
}

function movementOf(
  { _id, from, to }: Transfer,
  storeId: string,
  { movementId, at, by }: Step,
  kind: 'transfer-out' | 'transfer-in',
  lines: StockMovement['lines'],
): StockMovement {
  const transfer = { id: _id.slice('transfer:'.length), from, to }
  return { _id: movementId, type: 'stock-movement', schemaVersion, storeId, at, by, kind, lines, transfer }
}
