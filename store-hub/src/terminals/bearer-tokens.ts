// Bearer tokens of enrolments from before there were device keys. Such a till tells its key at its next visit, which ends its token;
// no new ones are given out. The hub keeps their SHA-256 only: of 32 random bytes it needs no salt, there is nothing to guess.
import { createHash } from 'node:crypto'
import { parseIncarnation } from '@tidemark/contracts'
import { readDocument, type HubState } from '../hub-state/index.ts'

export interface BearerTokens {
  /** The incarnation that was given the token. */
  read(token: string): string | undefined
  end(token: string): Promise<void>
}

export async function openBearerTokens(state: HubState): Promise<BearerTokens> {
  const { rows } = await state.allDocs({ startkey: 'token:', endkey: 'token:\ufff0', include_docs: true })
  const incarnations = new Map<string, string>()
  for (const { id, doc } of rows) {
    const incarnation = doc?.['incarnation']
    if (typeof incarnation === 'string' && parseIncarnation(incarnation) !== undefined)
      incarnations.set(id, incarnation)
  }
  return {
    read: (token) => (incarnations.size === 0 ? undefined : incarnations.get(idOf(token))),
    async end(token) {
      const document = await readDocument(state, idOf(token))
      if (document?._rev !== undefined) await state.put({ _id: document._id, _rev: document._rev, _deleted: true })
      incarnations.delete(idOf(token))
    },
  }
}

function idOf(token: string): string {
  return `token:${createHash('sha256').update(token).digest('hex')}`
}
