/** The smallest service: notes each document once, by its id. Tests of the kit run it. */
import { classSubjects } from '@tidemark/contracts'
import type { HandleBatch } from '../src/feed/handle-batch.ts'
import { idOf, type SourceDocument } from '../src/feed/source-document.ts'
import type { ServiceDefinition } from '../src/service.ts'

/** `before` sees each batch first, and may throw. */
export function notebookService(
  name: string,
  before: (batch: readonly SourceDocument[]) => void = () => undefined,
): ServiceDefinition {
  return {
    name,
    telemetryName: `test-${name}`,
    title: 'Notebook',
    description: 'Notes documents',
    database: `notebook-${name}`,
    designDocuments: [],
    subjects: [classSubjects('sales')],
    classes: ['sales'],
    spans: { batch: 'service.batch', record: 'note.record' },
    assemble({ database }) {
      const handle: HandleBatch = async (batch) => {
        before(batch)
        const written = await database.bulkInsert(batch.map((source) => ({ _id: idOf(source), source: source.source })))
        return written.map((result) =>
          result.kind === 'failed'
            ? { kind: 'retry', reason: result.reason }
            : { kind: 'done', fresh: result.kind === 'stored' },
        )
      }
      return { handle, addRoutes: () => undefined }
    },
  }
}
