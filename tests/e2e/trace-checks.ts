/** Receipts in the ledger, and the trace that each of them has left. */
import { strict as assert } from 'node:assert'
import { serviceNames, spanNames } from '@tidemark/contracts'
import type { CollectedSpan } from '@tidemark/demo'
import { eventually, type HeadOffice } from '../support/index.ts'

const settleTimeoutMs = 120_000

/** The ledger's record of each receipt. Throws with the number that it does not know. */
export async function allReceipts(headOffice: HeadOffice, numbers: readonly string[]) {
  const receipts = await Promise.all(numbers.map((number) => headOffice.receipt(number)))
  return receipts.map((receipt, index) => {
    assert.ok(receipt !== undefined, `${numbers[index]} is not in the ledger`)
    return receipt
  })
}

/** Throws with what is missing of each trace that does not become whole in time. */
export async function untilTracesAreWhole(headOffice: HeadOffice, numbers: readonly string[]): Promise<void> {
  const receipts = await allReceipts(headOffice, numbers)
  const outcomes = await Promise.allSettled(
    receipts.map(({ receipt, traceId }) =>
      eventually(
        `trace of ${receipt}`,
        async () => requireWhole(await headOffice.trace(traceId ?? 'none')),
        settleTimeoutMs,
      ),
    ),
  )
  const reasons = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => String(reason))
  if (reasons.length > 0) throw new Error(reasons.join('\n'))
}

/** sale (till) ─► hub.publish ─► ledger.record and stock.record */
function requireWhole(spans: readonly CollectedSpan[]): void {
  const seen = spans.map(({ name, service }) => `${name} (${service})`).join(', ')
  const one = (name: string, service: string): CollectedSpan => {
    const span = spans.find((candidate) => candidate.name === name && candidate.service === service)
    assert.ok(span !== undefined, `no span ${name} of ${service}, only: ${seen || 'none'}`)
    return span
  }
  const sale = one(spanNames.sale, serviceNames.terminal)
  const published = one(spanNames.hubPublish, serviceNames.hub)
  assert.equal(published.parentSpanId, sale.spanId, 'the parent of hub.publish is not the sale')
  const publishers = spans.filter((span) => span.name === spanNames.hubPublish).map((span) => span.spanId)
  for (const record of [
    one(spanNames.ledgerRecord, serviceNames.sales),
    one(spanNames.stockRecord, serviceNames.inventory),
  ]) {
    assert.ok(publishers.includes(record.parentSpanId ?? ''), `the parent of ${record.name} is not hub.publish`)
  }
}
