/** The sales service, assembled from its parts. */
import { classSubjects, parseJournalId, receiptNumberOf, serviceNames, spanNames } from '@tidemark/contracts'
import type { ServiceDefinition } from '@tidemark/service-kit'
import type { SalesConfig } from './config.ts'
import { addConsole } from './console/add-console.ts'
import { checkJournalSource } from './domain/verify-entry.ts'
import { createJournalHandler } from './events/journal-entries.ts'
import { openRefundSeries } from './head-office/refund-series.ts'
import { createSaleFeed } from './live/sale-feed.ts'
import { repeatUntilClosed } from './repeat-until-closed.ts'
import { addCertificateRoutes } from './routes/certificates.ts'
import { addDayRoutes } from './routes/days.ts'
import { addExportRoutes } from './routes/exports.ts'
import { addLiveRoute } from './routes/live.ts'
import { addReceiptRoutes } from './routes/receipts.ts'
import { addRefundRoutes } from './routes/refunds.ts'
import { addSeriesRoutes } from './routes/series.ts'
import { addStoreRoutes } from './routes/stores.ts'
import { addTotalRoutes } from './routes/totals.ts'
import { ledgerRules } from './stores/design/ledger-rules.ts'
import { readLeaves } from './stores/central-leaves.ts'
import { openLedger } from './stores/ledger-store.ts'
import { openSigningKey } from './stores/signing-key.ts'
import { openStoreDirectory } from './stores/store-directory.ts'
import { watchSeries } from './stores/watch-series.ts'

export function createSalesService(
  config: Partial<Pick<SalesConfig, 'signingKeyFile' | 'console'>>,
): ServiceDefinition {
  return {
    name: 'sales',
    telemetryName: serviceNames.sales,
    title: 'Tidemark sales',
    description:
      'The ledger of all journal entries: totals, receipts, refunds from head office, whether anything is missing, and signed proof of it.',
    database: 'sales-ledger',
    designDocuments: [ledgerRules],
    subjects: [classSubjects('sales')],
    classes: ['sales'],
    spans: { batch: spanNames.serviceBatch, record: spanNames.ledgerRecord },
    check: checkJournalSource,
    assemble({ client, database, telemetry, logger }) {
      const now = (): Date => new Date()
      const ledger = openLedger(database, client)
      const feed = createSaleFeed()
      const signer = openSigningKey(config.signingKeyFile)
      if (config.signingKeyFile === undefined) {
        logger.warn(
          { keyId: signer.keyId },
          'SALES_SIGNING_KEY_FILE is not set: certificates are signed by a key of this process',
        )
      }
      const countAlarms = telemetry.counter(
        'tidemark_integrity_alarms_total',
        'Journal entries that contradict the ledger',
      )
      telemetry.gauge('tidemark_live_readers', 'Open sockets of the live feed', () => [{ value: feed.readers() }])
      const handle = createJournalHandler({
        ledger,
        readLeaves: (source) => readLeaves(client, source),
        logger,
        countAlarms,
        now,
        announce: feed.announce,
      })
      const refunds = openRefundSeries({ client, database, ledger, handle, logger, now })
      const gaps = watchSeries(ledger, telemetry, now)
      return {
        handle,
        addRoutes(app) {
          addDayRoutes(app, ledger)
          addTotalRoutes(app, ledger)
          addReceiptRoutes(app, ledger)
          addSeriesRoutes(app, ledger, now)
          addStoreRoutes(app, { ledger, directory: openStoreDirectory(client, ledger), now })
          addCertificateRoutes(app, { ledger, client, database, signer, now })
          addRefundRoutes(app, ledger, refunds, receiptOf)
          addExportRoutes(app, ledger)
          addLiveRoute(app, feed)
          if (config.console !== undefined) addConsole(app, config.console)
          repeatUntilClosed(app, logger, 'looking through refunds', 30_000, () => refunds.finishAll())
          repeatUntilClosed(app, logger, 'looking for gaps', 60_000, () => gaps.look())
        },
      }
    },
  }
}

/** With a signing key of its own. */
export const salesService = createSalesService({})

function receiptOf(id: string): string {
  const key = parseJournalId(id)
  return key === undefined ? id : receiptNumberOf(key.incarnation, key.number)
}
