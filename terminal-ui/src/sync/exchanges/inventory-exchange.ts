/**
 * Stock movements and counts go up; what is on hand comes down as numbers, when everything that this till can send is sent: the
 * classes before this one are sales.
 */
import { StockChanges } from '@tidemark/contracts'
import type { ClassExchange } from './exchange.ts'

export const inventoryExchange: ClassExchange = {
  entityClass: 'inventory',
  wokenByHub: true,
  sends: () => Promise.resolve(['inventory']),
  async run(line, _board, news) {
    await line.push('inventory')
    await news.takeStock?.(async (request) => {
      const answer = await line.ask('/api/stock/changes', request, StockChanges)
      return answer as StockChanges
    })
  },
}
