/** Imports and their reports in CouchDB: one document for the progress, one for each 500 rows of the report. */
import { notFound, type NewDocument } from '@tidemark/service-kit'
import type { WithDatabase } from '../stores/office-database.ts'
import type { ImportFormat } from './read-file.ts'

export const outcomes = ['created', 'updated', 'unchanged', 'skipped', 'refused'] as const
export type RowOutcome = (typeof outcomes)[number]

export interface ReportRow {
  readonly row: number
  readonly sku: string
  readonly outcome: RowOutcome
  /** Why, for rows that are refused or skipped. */
  readonly message: string
}

export interface ImportJob extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'import'
  /** `failed`: the file can't be read to its end. What is before the fault is done. */
  readonly status: 'running' | 'done' | 'failed' | 'interrupted'
  readonly format: ImportFormat
  readonly dryRun: boolean
  readonly by: string
  readonly startedAt: string
  /** When the figures were written. */
  readonly progressAt: string
  readonly bytes: number
  readonly bytesRead: number
  readonly rows: number
  readonly counts: Readonly<Record<RowOutcome, number>>
  readonly reportParts: number
  readonly problem: string | null
}

export interface ImportStore {
  /** Creates it, or brings it up to date. */
  save(job: ImportJob): Promise<void>
  /** Throws a 404. */
  get(id: string): Promise<ImportJob>
  savePart(id: string, part: number, rows: readonly ReportRow[]): Promise<void>
  /** Rows of the report so far. */
  report(job: ImportJob): AsyncGenerator<readonly ReportRow[]>
}

/** A job that says nothing for so long has lost its process: each step of a running one says something. */
export const silenceMs = 60_000

export function openImports(office: WithDatabase): ImportStore {
  return {
    async save(job) {
      await office((database) => database.update(job._id, () => job))
    },
    async get(id) {
      const found = (await office((database) => database.get(`import:${id}`))) as ImportJob | undefined
      if (found === undefined) throw notFound(`no import ${id}`)
      return found
    },
    async savePart(id, part, rows) {
      const document: NewDocument = { _id: partId(id, part), type: 'import-report', rows }
      await office((database) => database.update(document._id, () => document))
    },
    async *report(job) {
      const id = job._id.slice('import:'.length)
      for (let part = 0; part < job.reportParts; part += 1) {
        const found = await office((database) => database.get(partId(id, part)))
        yield (found?.['rows'] ?? []) as readonly ReportRow[]
      }
    },
  }
}

function partId(id: string, part: number): string {
  return `import-report:${id}:${String(part).padStart(6, '0')}`
}
