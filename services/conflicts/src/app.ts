/** The conflicts service, assembled from its parts. */
import {
  classesByPriority,
  classSubjects,
  createClock,
  HEAD_OFFICE,
  serviceNames,
  spanNames,
} from '@tidemark/contracts'
import { checkSourceId, type ServiceDefinition } from '@tidemark/service-kit'
import { createExaminer } from './events/examine-suspect.ts'
import { createSuspectHandler } from './events/suspect-documents.ts'
import { addChangeRequestRoutes } from './routes/change-requests.ts'
import { addConflictRoutes } from './routes/conflicts.ts'
import { addDecisionRoutes } from './routes/decisions.ts'
import { openCaseDesk } from './stores/case-desk.ts'
import { deskDesign } from './stores/design/desk-views.ts'
import { openRequestDesk } from './stores/request-desk.ts'
import { openSourceDocuments } from './stores/source-documents.ts'

export const conflictsService: ServiceDefinition = {
  name: 'conflicts',
  telemetryName: serviceNames.conflicts,
  title: 'Tidemark conflicts',
  description:
    'Documents with more than one live revision: a case for each, with every body kept; decided by rule or by a person.',
  database: 'conflict-desk',
  designDocuments: [deskDesign],
  subjects: classesByPriority.map(classSubjects),
  classes: classesByPriority,
  keepsStoreRules: true,
  spans: { batch: spanNames.serviceBatch },
  // A faulty body that wins would otherwise hide the good one that lost.
  check: checkSourceId,
  assemble({ client, database, telemetry, logger }) {
    const desk = openCaseDesk(database, client)
    const clock = createClock(HEAD_OFFICE, Date.now)
    const countCases = telemetry.counter('tidemark_conflict_cases_total', 'Conflicts opened and resolved, by policy')
    const requests = openRequestDesk(database)
    const sources = openSourceDocuments(client)
    const stamp = (): string => clock.now()
    const examine = createExaminer({ desk, requests, sources, logger, stamp, countCases })
    return {
      handle: createSuspectHandler(desk, examine, Date.now),
      addRoutes(app) {
        const parts = { desk, requests, sources, examine, clock }
        addConflictRoutes(app, desk)
        addDecisionRoutes(app, parts)
        addChangeRequestRoutes(app, parts)
      },
    }
  },
}
