/** Products from a file: sent, followed, and reported row by row. */
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { CurrencyCode } from '@tidemark/contracts'
import type { ServiceApp } from '@tidemark/service-kit'
import type { ImportDesk } from '../imports/import-desk.ts'
import { outcomes, type ImportJob, type ImportStore, type ReportRow, type RowOutcome } from '../imports/import-store.ts'
import { importFormats } from '../imports/read-file.ts'

const Code = Type.String({ minLength: 1, maxLength: 32 })
const Outcome = Type.Enum([...outcomes])
const Job = Type.Object({
  id: Type.String(),
  status: Type.Enum(['running', 'done', 'failed', 'interrupted']),
  format: Type.Enum([...importFormats]),
  dryRun: Type.Boolean(),
  by: Type.String(),
  startedAt: Type.String(),
  progressAt: Type.String(),
  percent: Type.Integer({ description: 'Of the bytes of the file' }),
  rows: Type.Integer(),
  counts: Type.Object({
    created: Type.Integer({ description: 'In a dry run, what would be created' }),
    updated: Type.Integer(),
    unchanged: Type.Integer(),
    skipped: Type.Integer(),
    refused: Type.Integer(),
  }),
  problem: Type.Union([Type.String(), Type.Null()]),
})
const ById = Type.Object({ id: Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{26}$' }) })

export function addImportRoutes(app: ServiceApp, desk: ImportDesk, imports: ImportStore): void {
  void app.register(async (files: ServiceApp) => {
    // The body is a file: it is read as it comes, and only here.
    files.removeAllContentTypeParsers()
    files.addContentTypeParser(
      ['text/csv', 'application/json', 'application/x-ndjson', 'application/octet-stream'],
      (_request, payload, done) => done(null, payload),
    )
    files.route({
      method: 'POST',
      url: '/imports',
      config: { roles: ['manager'] },
      schema: {
        tags: ['imports'],
        summary:
          'Imports products from the file in the body: text/csv (our own columns or Shopify’s product export), or a JSON array or lines of objects',
        querystring: Type.Object(
          {
            format: Type.Enum([...importFormats]),
            dryRun: Type.Optional(Type.Boolean({ default: false })),
            currency: Type.Optional(CurrencyCode),
            taxCode: Type.Optional(Code),
            untaxedCode: Type.Optional(Code),
          },
          { additionalProperties: false },
        ),
        response: { 202: Job },
      },
      handler: async (request, reply) => {
        const { format, dryRun = false, currency = 'EUR', taxCode = 'standard', untaxedCode } = request.query
        const job = await desk.begin(request.body instanceof Readable ? request.body : Readable.from([]), {
          format,
          dryRun,
          defaults: { currency, taxCode, untaxedCode },
          author: request.principal,
        })
        const answer = answerOf(job)
        return reply.code(202).header('location', `/imports/${answer.id}`).send(answer)
      },
    })
  })

  app.route({
    method: 'GET',
    url: '/imports/:id',
    schema: { tags: ['imports'], summary: 'How far an import is', params: ById, response: { 200: Job } },
    handler: async (request) => answerOf(await desk.get(request.params.id)),
  })

  app.route({
    method: 'GET',
    url: '/imports/:id/report',
    schema: {
      tags: ['imports'],
      summary: 'A line for each row, or for those of one outcome: NDJSON, or CSV',
      params: ById,
      querystring: Type.Object(
        { format: Type.Optional(Type.Enum(['ndjson', 'csv'])), outcome: Type.Optional(Outcome) },
        { additionalProperties: false },
      ),
    },
    handler: async (request, reply) => {
      const job = await desk.get(request.params.id)
      const { format = 'ndjson', outcome } = request.query
      reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
      if (format === 'csv')
        reply.header('content-disposition', `attachment; filename="import-${request.params.id}.csv"`)
      return reply.send(Readable.from(reportText(imports.report(job), format, outcome)))
    },
  })
}

async function* reportText(
  parts: AsyncGenerator<readonly ReportRow[]>,
  format: 'ndjson' | 'csv',
  outcome: RowOutcome | undefined,
): AsyncGenerator<string> {
  if (format === 'csv') yield 'row,sku,outcome,message\r\n'
  for await (const rows of parts) {
    const wanted = rows.filter((row) => outcome === undefined || row.outcome === outcome)
    yield wanted.map((row) => (format === 'csv' ? csvLine(row) : `${JSON.stringify(row)}\n`)).join('')
  }
}

function csvLine({ row, sku, outcome, message }: ReportRow): string {
  return `${row},${csvCell(sku)},${outcome},${csvCell(message)}\r\n`
}

/** A spreadsheet takes a cell that begins like a formula for one. */
function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function answerOf(job: ImportJob) {
  const { _id, bytes, bytesRead } = job
  const percent = bytes === 0 ? 0 : Math.min(100, Math.floor((bytesRead / bytes) * 100))
  return { ...job, id: _id.slice('import:'.length), percent }
}
