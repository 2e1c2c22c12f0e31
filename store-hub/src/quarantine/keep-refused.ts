import { CouchError } from '../couch-server/index.ts'
import { HubError } from '../errors.ts'
import type { RefusalInput } from './quarantine-rules.ts'
import type { Quarantine } from './quarantine.ts'

const tryAgainAfterSeconds = '30'

/**
 * The `onRefused` of the hub's `/db/`. Where the quarantine has no room, the request as a whole is answered 503 in the
 * protocol's form: replicators keep what they sent and come again, with what was fit to be stored too.
 */
export async function keepRefused(quarantine: Quarantine, refusal: RefusalInput): Promise<void> {
  try {
    await quarantine.record(refusal)
  } catch (error) {
    if (!(error instanceof HubError) || error.statusCode !== 503) throw error
    throw new CouchError(503, 'service_unavailable', error.message, { 'retry-after': tryAgainAfterSeconds })
  }
}
