/** The audit as a file: one JSON document per line, read and sent a page at a time. */
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { StoreId } from '@tidemark/contracts'
import type { ServiceApp } from '@tidemark/service-kit'
import type { AuditChainStore } from '../stores/audit-chain-store.ts'
import type { AuditStore, EntryFilter, EntryPosition } from '../stores/audit-store.ts'
import { entryAnswers } from './entry-answer.ts'
import { filterOf, filterParameters, requireScope, requireStore } from './parameters.ts'

const entriesPerRead = 250

export interface ExportParts {
  readonly audit: AuditStore
  readonly chain: AuditChainStore
  readonly now: () => Date
}

export function addExportRoutes(app: ServiceApp, parts: ExportParts): void {
  app.route({
    method: 'GET',
    url: '/export',
    config: { roles: ['auditor'] },
    schema: {
      tags: ['export'],
      summary: 'Entries as NDJSON, oldest first',
      description:
        'One entry per line, as `/entries` shows it. The last line is `{"end": true, "entries": …, "size": …, "chainHash": …}`: a file without it was cut off.',
      querystring: Type.Object(
        { storeId: Type.Optional(StoreId), ...filterParameters },
        { additionalProperties: false },
      ),
      response: { 200: { content: { 'application/x-ndjson': { schema: Type.Unsafe<Readable>({ type: 'string' }) } } } },
    },
    handler: async ({ principal, query }, reply) => {
      const filter = filterOf(query, query.storeId)
      requireScope(principal, filter)
      if (query.storeId !== undefined) await requireStore(parts.audit, query.storeId)
      const name = `audit-${query.storeId ?? 'all'}-${parts.now().toISOString().slice(0, 10)}.ndjson`
      return reply
        .type('application/x-ndjson')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Readable.from(lines(parts, filter)))
    },
  })
}

/** One chunk per page. The reader's pace is ours: the next page is read when this one has gone. */
async function* lines({ audit, chain }: ExportParts, filter: EntryFilter): AsyncGenerator<string> {
  let from: EntryPosition | undefined
  let entries = 0
  do {
    const { items, next } = await audit.list(filter, 'oldest-first', entriesPerRead, from)
    const answers = await entryAnswers(audit, chain, items)
    entries += answers.length
    from = next
    if (answers.length > 0) yield answers.map((answer) => `${JSON.stringify(answer)}\n`).join('')
  } while (from !== undefined)
  const { size, hash } = await chain.head()
  yield `${JSON.stringify({ end: true, entries, size, chainHash: hash })}\n`
}
