/** Stock on hand of the store, derived from what the hub has. */
import path from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Store } from '../store/index.ts'
import { followStock, type StockFollower } from './follow-stock.ts'
import { openStockFile } from './stock-file.ts'
import { stockRoutes, type StockRouteParts } from './stock-routes.ts'

export interface StockOptions extends Omit<StockRouteParts, 'stock'> {
  readonly app: FastifyInstance
  readonly store: Store
  /** The hub's data folder; the file lies beside the databases, and no backup needs it. */
  readonly directory: string
  readonly logger: FastifyBaseLogger
}

/** Opens the stock and adds its routes. */
export function openStock({ app, store, directory, logger, ...parts }: StockOptions): StockFollower {
  const file = openStockFile(path.join(directory, 'stock.sqlite'))
  const stock = followStock({ store, file, logger })
  stockRoutes(app, { ...parts, stock })
  return stock
}
