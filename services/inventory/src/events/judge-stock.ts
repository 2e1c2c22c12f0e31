/** What is done about SKUs that moved: their exceptions are made to fit their stock. */
import type { FastifyBaseLogger } from 'fastify'
import type { ExceptionStore } from '../stores/exception-store.ts'
import type { Stock } from '../stores/stock-store.ts'
import type { MovedSku } from './watch-stock.ts'

export interface JudgeParts {
  readonly stock: Stock
  readonly exceptions: ExceptionStore
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
}

const atOnce = 8

export function createStockJudge(parts: JudgeParts): (moved: readonly MovedSku[]) => Promise<void> {
  const { stock, exceptions, logger, now } = parts
  return async (moved) => {
    for (let from = 0; from < moved.length; from += atOnce) {
      await Promise.all(
        moved.slice(from, from + atOnce).map(async ({ storeId, sku }) => {
          const { onHand } = await stock.level(storeId, sku)
          const opened = await exceptions.judge({ storeId, sku, onHand }, now().toISOString())
          if (opened) logger.warn({ storeId, sku, onHand }, 'stock needs to be looked at')
        }),
      )
    }
  }
}
