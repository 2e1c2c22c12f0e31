// Offers a refused document again, the way a till sends it: the same route, the same rules, the same limits, and its exact text.
import { errorCodes, type QuarantineOffer } from '@tidemark/contracts'
import type { DelegatedWrites, WriteAnswer } from '../delegated-writes/index.ts'
import { HubError } from '../errors.ts'
import type { Quarantine } from './quarantine.ts'

export interface Offers {
  /** Throws a HubError: `not-found`, or `conflict` when it can't be offered at all. */
  offer(id: string, by: string): Promise<QuarantineOffer>
}

export interface OffersOptions<Principal> {
  readonly writes: Pick<DelegatedWrites<Principal>, 'write'>
  readonly quarantine: Quarantine
  /** The rights of a sender as they are now, undefined for one that has none any more. */
  readonly senderOf: (origin: string) => Principal | undefined
}

export function createOffers<Principal>({ writes, quarantine, senderOf }: OffersOptions<Principal>): Offers {
  return {
    async offer(id, by) {
      const item = await quarantine.read(id)
      if (item.state !== 'open') {
        throw new HubError(errorCodes.conflict, `It can't be offered: the document is ${item.state}`)
      }
      const { text, database, replicated } = item
      if (text === null) {
        const detail = `This hub has the document itself; what ${item.origin} refuses can't be offered from here`
        throw new HubError(errorCodes.conflict, detail)
      }
      const principal = senderOf(item.origin)
      const reason =
        principal === undefined
          ? `${item.origin} may not write any more`
          : refusalIn(await writes.write(principal, { database, replicated, texts: [text] }))
      const after = await quarantine.noteOffer(id, by, reason)
      return { accepted: reason === undefined, reason: reason ?? null, item: after }
    },
  }
}

/** Why the one document of a `_bulk_docs` was not stored, undefined when it was. */
function refusalIn({ statusCode, body }: WriteAnswer): string | undefined {
  const answer = JSON.parse(body) as unknown
  const result: unknown = Array.isArray(answer) ? answer[0] : answer
  const { error, reason } = (result ?? {}) as { error?: unknown; reason?: unknown }
  if (statusCode < 300 && error === undefined) return undefined
  return typeof reason === 'string' ? reason : `the hub answered ${statusCode}`
}
