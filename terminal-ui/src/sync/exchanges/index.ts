/** Everything that a till exchanges with its hub, in order of priority: a slow catalogue can't hold up a sale. */
import { classesByPriority, type EntityClass } from '@tidemark/contracts'
import { catalogExchange } from './catalog-exchange.ts'
import { conflictsExchange } from './conflicts-exchange.ts'
import type { ClassExchange } from './exchange.ts'
import { inventoryExchange } from './inventory-exchange.ts'
import { salesExchange } from './sales-exchange.ts'

export type { ClassExchange, ExchangeNews } from './exchange.ts'

const known: readonly ClassExchange[] = [salesExchange, inventoryExchange, conflictsExchange, catalogExchange]

export const exchanges: readonly ClassExchange[] = classesByPriority.flatMap(
  (entityClass) => known.find((exchange) => exchange.entityClass === entityClass) ?? [],
)

export const exchangedClasses: readonly EntityClass[] = exchanges.map(({ entityClass }) => entityClass)
