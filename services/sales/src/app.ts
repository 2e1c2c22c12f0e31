/** The sales service, assembled from its parts. */
import { classSubjects, serviceNames, spanNames } from '@tidemark/contracts'
import type { ServiceDefinition } from '@tidemark/service-kit'
import { createJournalHandler } from './events/journal-entries.ts'
import { addDayRoutes } from './routes/days.ts'
import { addReceiptRoutes } from './routes/receipts.ts'
import { addSeriesRoutes } from './routes/series.ts'
import { ledgerDesign } from './stores/design/ledger-views.ts'
import { readLeaves } from './stores/central-leaves.ts'
import { openLedger } from './stores/ledger-store.ts'

export const salesService: ServiceDefinition = {
  name: 'sales',
  telemetryName: serviceNames.sales,
  title: 'Tidemark sales',
  description: 'The ledger of all journal entries: day totals, receipts, and whether a series is complete.',
  database: 'sales-ledger',
  designDocuments: [ledgerDesign],
  subjects: [classSubjects('sales')],
  classes: ['sales'],
  spans: { batch: spanNames.serviceBatch, record: spanNames.ledgerRecord },
  assemble({ client, database, telemetry, logger }) {
    const ledger = openLedger(database, client)
    const countAlarms = telemetry.counter(
      'tidemark_integrity_alarms_total',
      'Journal entries that contradict the ledger',
    )
    return {
      handle: createJournalHandler({
        ledger,
        readLeaves: (source) => readLeaves(client, source),
        logger,
        countAlarms,
        now: () => new Date(),
      }),
      addRoutes(app) {
        addDayRoutes(app, ledger)
        addReceiptRoutes(app, ledger)
        addSeriesRoutes(app, ledger)
      },
    }
  },
}
