/** `POST /api/import`: a terminal or an administrator brings a file of what a till could not send. HTTP only. */
import { errorCodes, ImportReport, ImportRequest } from '@tidemark/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError, parseInput } from '../errors.ts'
import { importFile, type ImportParts } from './import-file.ts'

export interface ImportRouteParts<Principal> extends ImportParts<Principal> {
  readonly storeId: string
  readonly isAdministrator: (request: FastifyRequest) => boolean
  /** Undefined without the token of an enrolled terminal. */
  readonly authenticate: (request: FastifyRequest) => { readonly incarnation: string } | undefined
}

/** 20,000 receipts of 3 kB. */
const maxFileBytes = 64_000_000

export function importRoutes<Principal>(app: FastifyInstance, parts: ImportRouteParts<Principal>): void {
  let last: Promise<unknown> = Promise.resolve()
  const schema = {
    tags: ['terminals'],
    security: [{ terminal: [] }, { administrator: [] }],
    summary: 'Takes in a file of what a till could not send',
    description:
      'Each document is judged by the same rules as if its till had sent it, and in the name of that till. Links of each series are checked too. What is refused is kept in quarantine. A file may be brought again: what is there is there once.',
    body: ImportRequest,
    response: { 200: ImportReport },
  }
  app.post('/api/import', { bodyLimit: maxFileBytes, schema }, async (request, reply) => {
    const terminal = parts.authenticate(request)
    if (terminal === undefined && !parts.isAdministrator(request)) {
      throw new HubError(errorCodes.unauthorized, "Needs a terminal's token or the administrator's")
    }
    const { by, file } = parseInput(ImportRequest, request.body)
    if (file.storeId !== parts.storeId) {
      throw new HubError(
        errorCodes.forbidden,
        `The file is of store ${file.storeId}, and this is the hub of ${parts.storeId}`,
      )
    }
    const bringer = { by, ...(terminal !== undefined && { through: terminal.incarnation }) }
    // One file at a time: a large one is thousands of writes.
    const work = last.then(() => importFile(parts, file, bringer))
    last = work.catch(() => undefined)
    return reply.header('cache-control', 'no-store').send(await work)
  })
}
