/** The sync-log service, assembled from its parts. */
import { classSubjects, serviceNames, spanNames } from '@tidemark/contracts'
import type { ServiceDefinition } from '@tidemark/service-kit'
import { createLogHandler } from './events/log-entries.ts'
import { addChainRoutes } from './routes/chain.ts'
import { addEntryRoutes } from './routes/entries.ts'
import { openAuditStore } from './stores/audit-store.ts'
import { auditDesign } from './stores/design/audit-views.ts'

export const syncLogService: ServiceDefinition = {
  name: 'sync-log',
  telemetryName: serviceNames.syncLog,
  title: 'Tidemark sync log',
  description: 'The audit trail of every hub: stored append-only, and verified whenever it is asked for.',
  database: 'audit',
  designDocuments: [auditDesign],
  subjects: [classSubjects('sync-log')],
  classes: ['sync-log'],
  spans: { batch: spanNames.serviceBatch, record: spanNames.auditRecord },
  assemble({ client, database, telemetry, logger }) {
    const audit = openAuditStore(database, client)
    const countAlarms = telemetry.counter('tidemark_audit_alarms_total', 'Sync-log entries that contradict the audit')
    return {
      handle: createLogHandler({ audit, client, logger, countAlarms, now: () => new Date() }),
      addRoutes(app) {
        addEntryRoutes(app, audit)
        addChainRoutes(app, audit)
      },
    }
  },
}
