/**
 * A period of a store as a file. It is read, formatted and sent a few hundred entries at a time, as fast as the reader takes
 * it, so a year costs no more memory than a day. A reader that sees the connection break has not got all of it: JSON then has
 * no end, and a CSV file has no `#end` line.
 */
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { ServiceApp } from '@tidemark/service-kit'
import { csvHeader, csvRowsOf } from '../domain/format-csv.ts'
import type { LedgerEntry } from '../domain/ledger-entry.ts'
import { eachNumber } from '../domain/number-ranges.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import { addDays, PeriodQuery, requirePeriod, requireStore, StorePath } from './parameters.ts'

const formats = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson',
} as const
type Format = keyof typeof formats

const ExportQuery = Type.Object(
  {
    ...PeriodQuery,
    format: Type.Enum(['csv', 'json', 'ndjson'], {
      description: 'csv: a row for each line of a sale or refund. json, ndjson: every journal entry as it was written',
    }),
  },
  { additionalProperties: false },
)
const maxDays = 3660
const entriesPerPiece = 200

export function addExportRoutes(app: ServiceApp, ledger: Ledger): void {
  app.route({
    method: 'GET',
    url: '/stores/:storeId/export',
    schema: {
      tags: ['export'],
      summary: 'Journal entries of a period, streamed: by date, then by series and number',
      description:
        'CSV ends with a line `#end,<number of entries>`; without it, or without the closing bracket of JSON, it is cut off.',
      params: StorePath,
      querystring: ExportQuery,
    },
    handler: async (request, reply) => {
      const { storeId } = request.params
      const { from, to, format } = request.query
      requirePeriod(request.query, maxDays)
      await requireStore(ledger, storeId)
      reply.type(formats[format])
      reply.header('content-disposition', `attachment; filename="${storeId}-${from}-${to}.${format}"`)
      // Made as it is read: the next piece is fetched when this one has gone.
      return reply.send(Readable.from(writeExport(ledger, storeId, from, to, format), { objectMode: false }))
    },
  })
}

async function* writeExport(
  ledger: Ledger,
  storeId: string,
  from: string,
  to: string,
  format: Format,
): AsyncGenerator<string> {
  let count = 0
  yield { csv: `${csvHeader}\r\n`, json: '[', ndjson: '' }[format]
  for await (const entries of piecesOf(ledger, storeId, from, to)) {
    yield await formatPiece(ledger, entries, format, count === 0)
    count += entries.length
  }
  yield { csv: `#end,${count}\r\n`, json: ']\n', ndjson: '' }[format]
}

async function* piecesOf(ledger: Ledger, storeId: string, from: string, to: string): AsyncGenerator<LedgerEntry[]> {
  for (let date = from; date <= to; date = addDays(date, 1)) {
    let piece: LedgerEntry[] = []
    for (const { incarnation, included } of await ledger.days(storeId, date, date)) {
      for await (const entry of ledger.entriesOf(incarnation, eachNumber(included))) {
        if (piece.push(entry) < entriesPerPiece) continue
        yield piece
        piece = []
      }
    }
    if (piece.length > 0) yield piece
  }
}

async function formatPiece(
  ledger: Ledger,
  entries: readonly LedgerEntry[],
  format: Format,
  isFirst: boolean,
): Promise<string> {
  if (format === 'csv') {
    const voided = await ledger.voidRecords(entries.map(({ _id }) => _id))
    return entries.map((entry) => csvRowsOf(entry, voided.has(entry._id))).join('')
  }
  const lines = entries.map(({ entry }) => JSON.stringify(entry))
  if (format === 'ndjson') return lines.map((line) => `${line}\n`).join('')
  return `${isFirst ? '\n' : ',\n'}${lines.join(',\n')}`
}
