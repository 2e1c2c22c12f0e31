/** Takes files in and runs one import at a time. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyBaseLogger } from 'fastify'
import { serviceErrorCodes } from '@tidemark/contracts'
import { HttpProblem, newUlid, type Principal } from '@tidemark/service-kit'
import { silenceMs, type ImportJob } from './import-store.ts'
import type { ImportDefaults } from './map-row.ts'
import type { ImportFormat } from './read-file.ts'
import { runImport, type ImportParts } from './run-import.ts'

export interface ImportRequest {
  readonly format: ImportFormat
  readonly dryRun: boolean
  readonly defaults: ImportDefaults
  readonly author: Pick<Principal, 'subject' | 'name'>
}

export interface ImportDesk {
  /** Resolves when the file is here and the import has begun. Throws a 409 while another runs, and a 413. */
  begin(body: Readable, request: ImportRequest): Promise<ImportJob>
  /** With `interrupted` for one whose process is gone. Throws a 404. */
  get(id: string): Promise<ImportJob>
  /** Finishes the step in hand. */
  stop(): Promise<void>
}

export const maxFileBytes = 64 * 1024 * 1024

export function openImportDesk(parts: ImportParts, logger: FastifyBaseLogger): ImportDesk {
  const stopping = new AbortController()
  let isBusy = false
  let running: { readonly id: string; readonly ended: Promise<void> } | undefined

  async function work(
    job: ImportJob,
    folder: string,
    path: string,
    { defaults, author }: ImportRequest,
  ): Promise<void> {
    try {
      const ended = await runImport(parts, { job, path, defaults, author, signal: stopping.signal })
      logger.info({ import: job._id, status: ended.status, rows: ended.rows, ...ended.counts }, 'an import ended')
    } catch (error) {
      // It can't be told; whoever asks sees that nothing is heard of it any more.
      logger.error({ import: job._id, err: error }, 'the end of an import could not be recorded')
    } finally {
      await rm(folder, { recursive: true, force: true }).catch((error: unknown) =>
        logger.warn({ import: job._id, folder, err: error }, 'the file of an import is still there'),
      )
      running = undefined
      isBusy = false
    }
  }

  /** An import that is recorded as ended has only its file to put away: who has read that it ended is not told that it runs. */
  async function lastOneCleared(): Promise<void> {
    if (running === undefined) return
    const { id, ended } = running
    if ((await parts.imports.get(id)).status !== 'running') await ended
  }

  return {
    async begin(body, request) {
      await lastOneCleared()
      if (isBusy)
        throw new HttpProblem(
          409,
          serviceErrorCodes.conflict,
          `an import is running${running ? `: ${running.id}` : ''}`,
        )
      isBusy = true
      const folder = await mkdtemp(join(tmpdir(), 'tidemark-import-'))
      try {
        const path = join(folder, 'file')
        await pipeline(body, limitBytes, createWriteStream(path))
        const id = newUlid(parts.now().getTime())
        const at = parts.now().toISOString()
        const job: ImportJob = {
          _id: `import:${id}`,
          type: 'import',
          status: 'running',
          format: request.format,
          dryRun: request.dryRun,
          by: request.author.subject,
          startedAt: at,
          progressAt: at,
          bytes: (await stat(path)).size,
          bytesRead: 0,
          rows: 0,
          counts: { created: 0, updated: 0, unchanged: 0, skipped: 0, refused: 0 },
          reportParts: 0,
          problem: null,
        }
        await parts.imports.save(job)
        running = { id, ended: work(job, folder, path, request) }
        return job
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        isBusy = false
        throw error
      }
    },
    async get(id) {
      const job = await parts.imports.get(id)
      const isSilent = parts.now().getTime() - Date.parse(job.progressAt) > silenceMs
      if (job.status !== 'running' || running?.id === id || !isSilent) return job
      return {
        ...job,
        status: 'interrupted',
        problem: `after row ${job.rows}: its process is gone; send the file again`,
      }
    },
    async stop() {
      stopping.abort()
      await running?.ended
    },
  }
}

async function* limitBytes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > maxFileBytes) {
      throw new HttpProblem(413, serviceErrorCodes.tooLarge, `a file may have ${maxFileBytes} bytes; split it`)
    }
    yield chunk
  }
}
