// Writes in the name of a till that is not there: by the route that it would use, so rules, limits and quarantine are the same.
// The request runs inside this process, with a key that is good for this one request.
import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'

export interface DelegatedWrites<Principal> {
  /** Whom a request of ours stands for; undefined for every other request. */
  principalOf(request: FastifyRequest): Principal | undefined
  /** `_bulk_docs` of these JSON texts. With `replicated` each brings its own revision. A sales database is made where it is missing. */
  write(principal: Principal, write: DelegatedWrite): Promise<WriteAnswer>
}

export interface DelegatedWrite {
  readonly database: string
  readonly replicated: boolean
  readonly texts: readonly string[]
}

export interface WriteAnswer {
  readonly statusCode: number
  readonly body: string
}

const header = 'x-tidemark-delegated'
const keyBytes = 32

export function createDelegatedWrites<Principal>(app: FastifyInstance): DelegatedWrites<Principal> {
  const running = new Map<string, Principal>()

  const send = async (
    principal: Principal,
    method: 'POST' | 'PUT',
    url: string,
    payload = '',
  ): Promise<WriteAnswer> => {
    const key = randomBytes(keyBytes).toString('base64url')
    running.set(key, principal)
    try {
      const headers = { [header]: key, ...(payload !== '' && { 'content-type': 'application/json' }) }
      return await app.inject({ method, url, headers, ...(payload !== '' && { payload }) })
    } finally {
      running.delete(key)
    }
  }

  return {
    principalOf(request) {
      const key = request.headers[header]
      return typeof key === 'string' ? running.get(key) : undefined
    },
    async write(principal, { database, replicated, texts }) {
      const url = `/db/${encodeURIComponent(database)}`
      const payload = `{"new_edits":${String(!replicated)},"docs":[${texts.join(',')}]}`
      const answer = await send(principal, 'POST', `${url}/_bulk_docs`, payload)
      if (answer.statusCode !== 404) return answer
      await send(principal, 'PUT', url)
      return send(principal, 'POST', `${url}/_bulk_docs`, payload)
    },
  }
}
