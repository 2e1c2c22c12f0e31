/** The inventory service, assembled from its parts. */
import { classSubjects, serviceNames, spanNames } from '@tidemark/contracts'
import type { ServiceDefinition } from '@tidemark/service-kit'
import { applyDuePriceChanges } from './events/apply-price-changes.ts'
import { createStockJudge } from './events/judge-stock.ts'
import { createStockHandler } from './events/stock-changes.ts'
import { repeatWork, type RepeatedWork } from './events/repeat-work.ts'
import { watchStock, type StockWatch } from './events/watch-stock.ts'
import { addCashierRoutes } from './routes/cashiers.ts'
import { addCountRoute } from './routes/counts.ts'
import { addExceptionRoutes } from './routes/exceptions.ts'
import { addHistoryRoute } from './routes/history.ts'
import { openImportDesk } from './imports/import-desk.ts'
import { openImports } from './imports/import-store.ts'
import { addImportRoutes } from './routes/imports.ts'
import { addPriceRoutes } from './routes/prices.ts'
import { addProductRoutes } from './routes/products.ts'
import { openRebuildDesk } from './rebuild/rebuild-desk.ts'
import { addRebuildRoutes } from './routes/rebuild.ts'
import { addStockRoutes } from './routes/stock.ts'
import { addTransferRoutes } from './routes/transfers.ts'
import { openCatalogue } from './stores/catalogue-store.ts'
import { openCountCases } from './stores/count-cases.ts'
import { officeDesign } from './stores/design/office-views.ts'
import { stockDesign } from './stores/design/stock-views.ts'
import { openExceptions } from './stores/exception-store.ts'
import { officeDatabase, withDatabase } from './stores/office-database.ts'
import { openTransfers } from './stores/transfer-store.ts'
import { openProductSearch } from './stores/product-search.ts'
import { openStock } from './stores/stock-store.ts'

const watchEveryMs = 1000
const workEveryMs = 5000
const indexEveryMs = 60_000

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
    const now = (): Date => new Date()
    const stock = openStock(database, client)
    const office = withDatabase(client, officeDatabase, [officeDesign])
    const exceptions = openExceptions(office)
    const catalogue = openCatalogue(client)
    const search = openProductSearch(client)
    const imports = openImports(office)
    const importDesk = openImportDesk({ catalogue, imports, now }, logger)
    const transfers = openTransfers(office, client)
    const rebuildDesk = openRebuildDesk({ client, stock, logger, now })
    const countAlarms = telemetry.counter('tidemark_integrity_alarms_total', 'Documents that contradict the stock')
    const look = createStockJudge({ stock, exceptions, cases: openCountCases(client), logger, now })
    let watch: StockWatch | undefined
    let repeated: readonly RepeatedWork[] = []
    return {
      handle: createStockHandler({ stock, logger, countAlarms, now }),
      addRoutes(app) {
        addStockRoutes(app, stock)
        addHistoryRoute(app, stock)
        addExceptionRoutes(app, { stock, exceptions, judge: look, now })
        addProductRoutes(app, catalogue, search)
        addPriceRoutes(app, catalogue)
        addCashierRoutes(app, catalogue)
        addCountRoute(app, { stock, client })
        addTransferRoutes(app, { stock, transfers, now })
        addRebuildRoutes(app, rebuildDesk)
        addImportRoutes(app, importDesk, imports)
        app.addHook('onReady', async () => {
          repeated = [
            repeatWork('price changes came into effect', workEveryMs, logger, () =>
              applyDuePriceChanges(catalogue, now()),
            ),
            // So that nobody who searches waits for the words of a whole catalogue.
            repeatWork('words were indexed', indexEveryMs, logger, async () => {
              await search('tidemark', 1)
              return 0
            }),
            repeatWork('transfers were finished', workEveryMs, logger, () => transfers.finishAll()),
          ]
          watch = watchStock({ client, database, logger, look, everyMs: watchEveryMs })
        })
        app.addHook('onClose', async () => {
          await Promise.all([
            watch?.stop(),
            importDesk.stop(),
            rebuildDesk.stop(),
            ...repeated.map((work) => work.stop()),
          ])
        })
      },
    }
  },
}
