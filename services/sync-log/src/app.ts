/** The sync-log service, assembled from its parts. */
import { classSubjects, serviceNames, spanNames } from '@tidemark/contracts'
import type { ServiceDefinition } from '@tidemark/service-kit'
import { createLogHandler } from './events/log-entries.ts'
import { createRaiseAlarms } from './events/raise-alarms.ts'
import { createAuditWatch } from './events/watch-audit.ts'
import { addAlarmRoutes } from './routes/alarms.ts'
import { addChainRoutes } from './routes/chain.ts'
import { addEntryRoutes } from './routes/entries.ts'
import { addExportRoutes } from './routes/export.ts'
import { addHeadRoutes } from './routes/heads.ts'
import { addProofRoutes } from './routes/proofs.ts'
import { addReceiptRoutes } from './routes/receipts.ts'
import { openAlarmStore } from './stores/alarm-store.ts'
import { openAuditChain } from './stores/audit-chain-store.ts'
import { openAuditStore } from './stores/audit-store.ts'
import { rulesDesign } from './stores/design/audit-rules.ts'
import { auditDesign, searchDesign } from './stores/design/audit-views.ts'
import { openHeadStore } from './stores/head-store.ts'
import { openSigningKey } from './stores/signing-key.ts'

export interface SyncLogOptions {
  /** Of the key that signs heads; made where it is missing. Without it the key lives as long as the process. */
  readonly keyFile?: string | undefined
  readonly now?: () => Date
  /** Milliseconds: see `WatchParts`. */
  readonly watch?: { readonly everyMs: number; readonly fullEveryMs: number; readonly graceMs: number }
}

export function createSyncLogService(options: SyncLogOptions = {}): ServiceDefinition {
  const { keyFile, now = () => new Date(), watch: pace } = options
  return {
    name: 'sync-log',
    telemetryName: serviceNames.syncLog,
    title: 'Tidemark sync log',
    description:
      'The audit trail of every hub: stored append-only in a chain of its own, signed daily, and provable entry by entry.',
    database: 'audit',
    designDocuments: [auditDesign, searchDesign, rulesDesign],
    subjects: [classSubjects('sync-log')],
    classes: ['sync-log'],
    spans: { batch: spanNames.serviceBatch, record: spanNames.auditRecord },
    assemble({ client, database, telemetry, logger }) {
      const audit = openAuditStore(database, client)
      const chain = openAuditChain(database, now)
      const heads = openHeadStore(database, chain, openSigningKey(keyFile))
      const alarms = openAlarmStore(database)
      const countAlarms = telemetry.counter('tidemark_audit_alarms_total', 'Alarms raised about the audit, by kind')
      const raise = createRaiseAlarms(alarms, logger, countAlarms)
      const watch = createAuditWatch({ audit, chain, heads, alarms, raise, client, database, logger, now, ...pace })
      telemetry.gauge('tidemark_audit_open_alarms', 'Alarms that nobody has acknowledged, by kind', () =>
        [...watch.openAlarms()].map(([kind, value]) => ({ value, attributes: { kind } })),
      )
      telemetry.gauge('tidemark_audit_head_age_seconds', 'Time since the last daily head was signed', () => {
        const value = watch.headAgeSeconds()
        return value === undefined ? [] : [{ value }]
      })
      if (keyFile === undefined)
        logger.warn('AUDIT_KEY_FILE is not set: heads are signed with a key that is lost at the end')
      return {
        handle: createLogHandler({
          audit,
          chain,
          client,
          raise,
          onEntries: (epochs) => watch.touch(epochs),
          logger,
          now,
        }),
        addRoutes(app) {
          addEntryRoutes(app, { audit, chain })
          addChainRoutes(app, { audit, chain, heads, raise, now })
          addAlarmRoutes(app, { alarms, audit, now })
          addHeadRoutes(app, heads, now)
          addProofRoutes(app, { audit, chain, heads, now })
          addExportRoutes(app, { audit, chain, now })
          addReceiptRoutes(app, { audit, client })
          app.addHook('onReady', async () => watch.start())
          app.addHook('onClose', async () => watch.stop())
        },
      }
    },
  }
}
