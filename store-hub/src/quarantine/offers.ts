// Offers a refused document again, the way a till sends it: the same route, the same rules, the same limits, and its exact
// text. The request runs inside this process, with a key that is good for this one request.
import { randomBytes } from 'node:crypto'
import { errorCodes, type QuarantineItemWithText, type QuarantineOffer } from '@tidemark/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'
import type { Quarantine } from './quarantine.ts'

export interface Offers<Principal> {
  /** Whom a request of ours stands for; undefined for every other request. */
  principalOf(request: FastifyRequest): Principal | undefined
  /** Throws a HubError: `not-found`, or `conflict` when it can't be offered at all. */
  offer(id: string, by: string): Promise<QuarantineOffer>
}

export interface OffersOptions<Principal> {
  readonly app: FastifyInstance
  readonly quarantine: Quarantine
  /** The rights of a sender as they are now, undefined for one that has none any more. */
  readonly senderOf: (origin: string) => Principal | undefined
}

const header = 'x-tidemark-offer'
const keyBytes = 32

export function createOffers<Principal>({ app, quarantine, senderOf }: OffersOptions<Principal>): Offers<Principal> {
  const running = new Map<string, Principal>()

  const send = async (
    item: QuarantineItemWithText,
    text: string,
    principal: Principal,
  ): Promise<string | undefined> => {
    const key = randomBytes(keyBytes).toString('base64url')
    running.set(key, principal)
    try {
      const answer = await app.inject({
        method: 'POST',
        url: `/db/${encodeURIComponent(item.database)}/_bulk_docs`,
        headers: { 'content-type': 'application/json', [header]: key },
        payload: `{"new_edits":${String(!item.replicated)},"docs":[${text}]}`,
      })
      return refusalIn(answer.statusCode, answer.body)
    } finally {
      running.delete(key)
    }
  }

  return {
    principalOf(request) {
      const key = request.headers[header]
      return typeof key === 'string' ? running.get(key) : undefined
    },
    async offer(id, by) {
      const item = await quarantine.read(id)
      if (item.state !== 'open') {
        throw new HubError(errorCodes.conflict, `It can't be offered: the document is ${item.state}`)
      }
      if (item.text === null) {
        const detail = `This hub has the document itself; what ${item.origin} refuses can't be offered from here`
        throw new HubError(errorCodes.conflict, detail)
      }
      const principal = senderOf(item.origin)
      const reason =
        principal === undefined ? `${item.origin} may not write any more` : await send(item, item.text, principal)
      const after = await quarantine.noteOffer(id, by, reason)
      return { accepted: reason === undefined, reason: reason ?? null, item: after }
    },
  }
}

/** Why the one document of a `_bulk_docs` was not stored, undefined when it was. */
function refusalIn(status: number, body: string): string | undefined {
  const answer = JSON.parse(body) as unknown
  const result: unknown = Array.isArray(answer) ? answer[0] : answer
  const { error, reason } = (result ?? {}) as { error?: unknown; reason?: unknown }
  if (status < 300 && error === undefined) return undefined
  return typeof reason === 'string' ? reason : `the hub answered ${status}`
}
