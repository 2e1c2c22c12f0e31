/** What is done about SKUs that moved: exceptions, and cases of contradicting counts, are made to fit their stock. */
import type { FastifyBaseLogger } from 'fastify'
import { entriesPerMark } from '../domain/balance-marks.ts'
import type { ExceptionStore } from '../stores/exception-store.ts'
import type { Stock } from '../stores/stock-store.ts'
import type { CountCases } from '../stores/count-cases.ts'
import type { MovedSku } from './watch-stock.ts'

export interface JudgeParts {
  readonly stock: Stock
  readonly exceptions: ExceptionStore
  readonly cases: CountCases
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
}

/** Their requests to CouchDB go together. */
const atOnce = 100
/** Twice what lies between two marks. */
const manyRows = 2 * entriesPerMark
/** What is stamped later still comes out of order, from one till after another. */
const settledAfterMs = 15 * 60_000

export function createStockJudge(
  parts: JudgeParts,
): (moved: readonly Pick<MovedSku, 'storeId' | 'sku'>[]) => Promise<void> {
  const { stock, exceptions, cases, logger, now } = parts

  async function judge(storeId: string, sku: string): Promise<void> {
    const at = now().toISOString()
    const { onHand, lastCount, rowsRead } = await stock.level(storeId, sku)
    const overlap = lastCount === null ? undefined : await stock.overlap(storeId, sku)
    // The case first: an exception that names a case has one.
    if (overlap !== undefined) await cases.open(overlap)
    const standing = { storeId, sku, onHand, overlapCaseId: overlap?.caseId }
    const opened = await exceptions.judge(standing, at, (caseId) =>
      cases.close(storeId, caseId, at, `a count at ${lastCount?.at ?? ''} found ${lastCount?.quantity ?? ''}`),
    )
    if (opened) logger.warn({ storeId, sku, onHand }, 'stock needs to be looked at')
    if (rowsRead > manyRows) {
      await stock.makeMarks(storeId, sku, new Date(now().getTime() - settledAfterMs).toISOString())
    }
  }

  return async (moved) => {
    for (let from = 0; from < moved.length; from += atOnce) {
      await Promise.all(moved.slice(from, from + atOnce).map(({ storeId, sku }) => judge(storeId, sku)))
    }
  }
}
