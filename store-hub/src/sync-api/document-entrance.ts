/**
 * Writes by the route that PouchDB's clients use, inside this process and with the caller's own token. So rights, rules, limits,
 * quarantine, traces and a hub that is read-only are the same for both, and neither way in is the weaker one.
 */
import { errorCodes } from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import { HubError } from '../errors.ts'
import type { Fields } from './stored-entity.ts'

export type EntranceOutcome =
  | { readonly kind: 'stored'; readonly rev: string }
  | { readonly kind: 'conflict' }
  /** `isKept`: the route has put it into quarantine already. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isKept: boolean }

export interface DocumentEntrance {
  /** One outcome for each document, in their order. Throws a HubError when the batch as a whole could not be written. */
  write(authorization: string, database: string, documents: readonly Fields[]): Promise<EntranceOutcome[]>
}

interface BulkRow {
  readonly rev?: unknown
  readonly error?: unknown
  readonly reason?: unknown
}

const refusals = new Set([
  'forbidden',
  'unauthorized',
  'doc_validation',
  'bad_request',
  'illegal_docid',
  'document_too_large',
])

export function createDocumentEntrance(app: FastifyInstance): DocumentEntrance {
  const post = (authorization: string, url: string, payload: string) =>
    app.inject({ method: 'POST', url, headers: { authorization, 'content-type': 'application/json' }, payload })

  return {
    async write(authorization, database, documents) {
      const url = `/db/${encodeURIComponent(database)}`
      const payload = JSON.stringify({ docs: documents })
      let answer = await post(authorization, `${url}/_bulk_docs`, payload)
      if (answer.statusCode === 404) {
        // The first of a month makes its database; two at once may both try.
        await app.inject({ method: 'PUT', url, headers: { authorization } })
        answer = await post(authorization, `${url}/_bulk_docs`, payload)
      }
      if (answer.statusCode === 403) {
        const reason = reasonIn(answer.body)
        return documents.map(() => ({ kind: 'refused', reason, isKept: false }))
      }
      if (answer.statusCode >= 300) throw toHubError(answer.statusCode, answer.body)
      const rows = JSON.parse(answer.body) as readonly BulkRow[]
      if (rows.length !== documents.length) throw new Error(`${rows.length} results for ${documents.length} documents`)
      return rows.map(outcomeOf)
    },
  }
}

function outcomeOf({ rev, error, reason }: BulkRow): EntranceOutcome {
  if (error === undefined && typeof rev === 'string') return { kind: 'stored', rev }
  if (error === 'conflict') return { kind: 'conflict' }
  if (typeof error === 'string' && refusals.has(error))
    return { kind: 'refused', reason: String(reason ?? error), isKept: true }
  throw new HubError(errorCodes.unavailable, `The store could not write a document: ${String(reason ?? error)}`)
}

function toHubError(status: number, body: string): HubError {
  if (status === 401) return new HubError(errorCodes.unauthorized, reasonIn(body))
  if (status === 413) return new HubError(errorCodes.tooLarge, reasonIn(body))
  return new HubError(errorCodes.unavailable, `The store could not write: ${reasonIn(body)}`)
}

function reasonIn(body: string): string {
  try {
    const { reason, detail } = JSON.parse(body) as { reason?: unknown; detail?: unknown }
    return String(reason ?? detail ?? body).slice(0, 500)
  } catch {
    return body.slice(0, 200)
  }
}
