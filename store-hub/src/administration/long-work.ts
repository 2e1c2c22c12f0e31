// Work that takes minutes is answered line by line, so that who asked sees how far it is:
//
//   {"progress":{"step":"copying","share":0.4}}   …   {"result":{…}}   or   {"problem":{"code":"no_room","detail":"…"}}
//
// 1. One piece of such work runs at a time; another is answered 409.
// 2. It goes on to its end when who asked has gone away. A hub that stops waits for it a while: what a backup has not finished
//    by then leaves nothing under its name.
import { PassThrough } from 'node:stream'
import { errorCodes } from '@tidemark/contracts'
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { describeError, HubError } from '../errors.ts'
import type { ReportProgress, WorkLine } from './schemas.ts'

export interface LongWork {
  /** Throws a HubError `conflict` while other work runs. */
  answer(reply: FastifyReply, name: string, work: (report: ReportProgress) => Promise<unknown>): FastifyReply
  /** Takes no more work, and resolves when nothing runs any more or the time is over. */
  stop(withinMs: number): Promise<void>
}

const reportEveryMs = 250

export function createLongWork(logger: FastifyBaseLogger): LongWork {
  let running: string | undefined
  let current: Promise<void> = Promise.resolve()
  let isStopping = false

  const run = async (lines: PassThrough, work: (report: ReportProgress) => Promise<unknown>): Promise<void> => {
    let reportedMs = -Infinity
    const write = (line: WorkLine): void => void (lines.destroyed || lines.write(`${JSON.stringify(line)}\n`))
    try {
      const result = await work((progress) => {
        if (performance.now() - reportedMs < reportEveryMs) return
        reportedMs = performance.now()
        write({ progress })
      })
      write({ result })
    } catch (error) {
      logger.error({ err: error, work: running }, 'administration could not do this')
      write({ problem: { code: codeOf(error), detail: describeError(error) } })
    } finally {
      running = undefined
      lines.end()
    }
  }

  return {
    answer(reply, name, work) {
      if (isStopping) throw new HubError(errorCodes.unavailable, 'The hub is stopping')
      if (running !== undefined) throw new HubError(errorCodes.conflict, `The hub is busy with: ${running}`)
      running = name
      const lines = new PassThrough()
      // A listener who went away is no error of the work.
      lines.on('error', () => undefined)
      current = run(lines, work)
      return reply.type('application/x-ndjson').header('cache-control', 'no-store').send(lines)
    },
    async stop(withinMs) {
      isStopping = true
      const expired = Promise.withResolvers<void>()
      const timer = setTimeout(() => expired.resolve(), withinMs)
      await Promise.race([current, expired.promise])
      clearTimeout(timer)
    },
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : errorCodes.internal
}
