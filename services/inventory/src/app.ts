/** The inventory service, assembled from its parts. */
import { classSubjects, serviceNames, spanNames } from '@tidemark/contracts'
import type { ServiceDefinition } from '@tidemark/service-kit'
import { createStockHandler } from './events/stock-changes.ts'
import { addStockRoutes } from './routes/stock.ts'
import { stockDesign } from './stores/design/stock-views.ts'
import { openStock } from './stores/stock-store.ts'

export const inventoryService: ServiceDefinition = {
  name: 'inventory',
  telemetryName: serviceNames.inventory,
  title: 'Tidemark inventory',
  description: 'Stock on hand per store and SKU: the latest count and everything after it.',
  database: 'stock',
  designDocuments: [stockDesign],
  subjects: [classSubjects('sales'), classSubjects('inventory')],
  classes: ['sales', 'inventory'],
  spans: { batch: spanNames.serviceBatch, record: spanNames.stockRecord },
  assemble({ client, database, telemetry, logger }) {
    const stock = openStock(database, client)
    const countAlarms = telemetry.counter('tidemark_integrity_alarms_total', 'Documents that contradict the stock')
    return {
      handle: createStockHandler({ stock, logger, countAlarms, now: () => new Date() }),
      addRoutes: (app) => addStockRoutes(app, stock),
    }
  },
}
