// Refused documents, kept with their reason, so that nothing a till sent is lost and someone can look at it.
//
// 1. The same body refused again for the same reason adds to the count of its record, not another record.
// 2. The records and their bodies are bounded; what is beyond is still in the sync log and in the hub's log.
import { createHash } from 'node:crypto'
import { maxDocumentsPerLogEntry } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { saveDocument, type HubState } from '../hub-state/index.ts'
import type { SyncLog } from '../sync-log/index.ts'

export interface RefusalInput {
  readonly database: string
  /** Who sent it: an incarnation, or `central`. */
  readonly origin: string
  readonly documents: readonly {
    readonly id: string
    readonly rev: string | undefined
    readonly reason: string
    /** JSON text as it came in; undefined where the body is in the hub's own database. */
    readonly text: string | undefined
  }[]
}

export interface RefusedRecord {
  readonly database: string
  readonly origin: string
  readonly id: string
  readonly rev: string | null
  readonly reason: string
  readonly firstAt: string
  readonly lastAt: string
  readonly count: number
  /** The body as text; cut when `truncated`. Null where it is in the hub's own database. */
  readonly text: string | null
  readonly truncated: boolean
}

export interface Refusals {
  /** Resolves when records and log entry are on disk. */
  record(refusals: RefusalInput): Promise<void>
  /** Newest first. */
  list(limit: number): Promise<RefusedRecord[]>
  count(): number
}

const maxRecords = 5000
const maxTextLength = 1_000_000
const maxReasonLength = 1000

interface RefusalsOptions {
  readonly state: HubState
  readonly syncLog: SyncLog
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
}

export async function createRefusals({ state, syncLog, logger, now }: RefusalsOptions): Promise<Refusals> {
  const { rows } = await state.allDocs({ startkey: 'refused:', endkey: 'refused:\ufff0', include_docs: true })
  const times = new Map(rows.map((row) => [row.id, String(row.doc?.['lastAt'])]))

  const keep = async (input: RefusalInput, document: RefusalInput['documents'][number]): Promise<void> => {
    const key = recordId(input, document)
    if (!times.has(key) && times.size >= maxRecords) {
      logger.error({ database: input.database, id: document.id }, 'too many refused documents: body not kept')
      return
    }
    const lastAt = now().toISOString()
    await saveDocument(state, key, (present) => ({
      database: input.database,
      origin: input.origin,
      id: document.id,
      rev: document.rev ?? null,
      reason: document.reason,
      firstAt: present?.['firstAt'] ?? lastAt,
      lastAt,
      count: Number(present?.['count'] ?? 0) + 1,
      text: document.text?.slice(0, maxTextLength) ?? null,
      truncated: (document.text?.length ?? 0) > maxTextLength,
    }))
    times.set(key, lastAt)
  }

  return {
    async record(input) {
      for (const document of input.documents) await keep(input, document)
      logger.warn(
        {
          database: input.database,
          origin: input.origin,
          documents: input.documents.map(({ id, reason }) => ({ id, reason })),
        },
        'documents refused',
      )
      for (let from = 0; from < input.documents.length; from += maxDocumentsPerLogEntry) {
        const documents = input.documents.slice(from, from + maxDocumentsPerLogEntry).map(({ id, rev, reason }) => ({
          id: id.slice(0, 512),
          ...(rev !== undefined && rev.length <= 80 && { rev }),
          reason: reason.slice(0, maxReasonLength),
        }))
        await syncLog.append({
          kind: 'documents-refused',
          database: input.database,
          origin: input.origin.slice(0, 100),
          documents,
        })
      }
    },
    async list(limit) {
      const newest = [...times].sort(([, a], [, b]) => b.localeCompare(a)).slice(0, limit)
      const found = await state.allDocs({ keys: newest.map(([id]) => id), include_docs: true })
      return found.rows.map((row) => row.doc as unknown as RefusedRecord)
    },
    count: () => times.size,
  }
}

function recordId(input: RefusalInput, document: RefusalInput['documents'][number]): string {
  const parts = [input.database, input.origin, document.id, document.rev ?? '', document.reason, document.text ?? '']
  return `refused:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`
}
