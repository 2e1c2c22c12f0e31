/**
 * An import, 500 rows at a time:
 *
 *     file ──► rows ──► repeated within the file? ──► judged and written ──► report part ──► progress
 *
 * 1. A row has exactly one line in the report. A row that repeats a SKU or a barcode of an earlier one is refused and names both.
 * 2. The report part is written before the progress that counts it, so what the progress counts can be read.
 * 3. Rows are idempotent: after an interruption the same file is sent again, and what was done is `unchanged`.
 */
import type { Principal } from '@tidemark/service-kit'
import { changeProducts } from '../events/change-products.ts'
import { describeRefusal, type ProductProposal } from '../domain/plan-products.ts'
import type { Catalogue } from '../stores/catalogue-store.ts'
import type { ImportJob, ImportStore, ReportRow } from './import-store.ts'
import type { ImportDefaults } from './map-row.ts'
import { readFileRows, type FileRow } from './read-file.ts'
import { UnreadableFileError } from './split-json.ts'

export interface ImportTask {
  readonly job: ImportJob
  readonly path: string
  readonly defaults: ImportDefaults
  readonly author: Pick<Principal, 'subject' | 'name'>
  readonly signal: AbortSignal
}

export interface ImportParts {
  readonly catalogue: Catalogue
  readonly imports: ImportStore
  readonly now: () => Date
}

const rowsPerStep = 500
const maxRows = 250_000
const maxTries = 3

/** Resolves with the job as it ended; throws only when its end can't be recorded. */
export async function runImport(parts: ImportParts, task: ImportTask): Promise<ImportJob> {
  let job = task.job
  const step = createStep(parts, task)
  try {
    let rows: FileRow[] = []
    for await (const row of readFileRows(task.path, job.format, task.defaults)) {
      if (job.rows + rows.length >= maxRows) throw new UnreadableFileError(`more than ${maxRows} rows; split the file`)
      rows.push(row)
      if (rows.length < rowsPerStep) continue
      job = await step(job, rows)
      rows = []
      if (task.signal.aborted)
        return await end(parts, job, 'interrupted', 'the service was stopped; send the file again')
    }
    if (rows.length > 0) job = await step(job, rows)
    return await end(parts, { ...job, bytesRead: job.bytes }, 'done', null)
  } catch (error) {
    if (error instanceof UnreadableFileError)
      return end(parts, job, 'failed', `after row ${job.rows}: ${error.message}`)
    const reason = error instanceof Error ? error.message : String(error)
    return end(parts, job, 'interrupted', `after row ${job.rows}: ${reason}; send the file again`)
  }
}

async function end(
  { imports, now }: ImportParts,
  job: ImportJob,
  status: ImportJob['status'],
  problem: string | null,
): Promise<ImportJob> {
  const ended: ImportJob = { ...job, status, problem: problem?.slice(0, 1000) ?? null, progressAt: now().toISOString() }
  await imports.save(ended)
  return ended
}

function createStep({ catalogue, imports, now }: ImportParts, { author }: ImportTask) {
  const rowOfSku = new Map<string, number>()
  const rowOfBarcode = new Map<string, number>()

  /** What the row repeats of an earlier one; otherwise the row is noted. */
  function repetition(row: number, { sku, fields }: ProductProposal): string | undefined {
    const earlier = rowOfSku.get(sku)
    if (earlier !== undefined) return `rows ${earlier} and ${row} are both about SKU ${sku}; row ${earlier} stands`
    const barcodes = Array.isArray(fields['barcodes']) ? fields['barcodes'].map(String) : []
    const taken = barcodes.find((barcode) => rowOfBarcode.has(barcode))
    if (taken !== undefined) {
      const other = rowOfBarcode.get(taken)
      return `rows ${other} and ${row} both have the barcode ${taken}; row ${other} stands`
    }
    rowOfSku.set(sku, row)
    for (const barcode of barcodes) rowOfBarcode.set(barcode, row)
    return undefined
  }

  async function judge(rows: readonly FileRow[], dryRun: boolean): Promise<readonly ReportRow[]> {
    const report = new Map<number, ReportRow>()
    let open: { row: number; proposal: ProductProposal }[] = []
    for (const { row, mapped } of rows) {
      if (mapped.kind === 'skipped') report.set(row, { row, sku: '', outcome: 'skipped', message: mapped.reason })
      else if (mapped.kind === 'refused') report.set(row, refusedRow(row, mapped.sku, mapped.problem))
      else {
        const repeated = repetition(row, mapped.proposal)
        if (repeated === undefined) open.push({ row, proposal: mapped.proposal })
        else report.set(row, refusedRow(row, mapped.proposal.sku, repeated))
      }
    }
    for (let tries = 0; open.length > 0; tries += 1) {
      const proposals = open.map(({ proposal }) => proposal)
      const results = await changeProducts(catalogue, proposals, author, dryRun)
      const again: typeof open = []
      for (const [index, { row, proposal }] of open.entries()) {
        const { sku } = proposal
        const result = results[index]
        if (result?.kind === 'overtaken' && tries < maxTries) again.push({ row, proposal })
        else if (result?.kind === 'refused') report.set(row, refusedRow(row, sku, describeRefusal(result.problems)))
        else if (result?.kind === 'create') report.set(row, { row, sku, outcome: 'created', message: '' })
        else if (result?.kind === 'update') report.set(row, { row, sku, outcome: 'updated', message: '' })
        else if (result?.kind === 'unchanged') report.set(row, { row, sku, outcome: 'unchanged', message: '' })
        else
          report.set(
            row,
            refusedRow(row, sku, result?.kind === 'failed' ? result.reason : 'was changed at the same time'),
          )
      }
      open = again
    }
    return rows.flatMap(({ row }) => report.get(row) ?? [])
  }

  return async (job: ImportJob, rows: readonly FileRow[]): Promise<ImportJob> => {
    const lines = await judge(rows, job.dryRun)
    const counts = { ...job.counts }
    for (const { outcome } of lines) counts[outcome] += 1
    await imports.savePart(job._id.slice('import:'.length), job.reportParts, lines)
    const next: ImportJob = {
      ...job,
      counts,
      rows: job.rows + rows.length,
      bytesRead: rows.at(-1)?.bytesRead ?? job.bytesRead,
      reportParts: job.reportParts + 1,
      progressAt: now().toISOString(),
    }
    await imports.save(next)
    return next
  }
}

function refusedRow(row: number, sku: string, message: string): ReportRow {
  return { row, sku, outcome: 'refused', message: message.slice(0, 1000) }
}
