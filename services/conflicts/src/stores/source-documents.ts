/** The documents that are in conflict, in the databases where they live. */
import { Type } from 'typebox'
import type { ComparedLeaf, RevisionWrite } from '@tidemark/contracts'
import {
  authoredBody,
  CouchError,
  DatabaseMissingError,
  openDatabase,
  readLiveLeaves,
  type CouchClient,
  type NewDocument,
  type StoredDocument,
  type WriteOutcome,
} from '@tidemark/service-kit'
import type { Suspect } from '../domain/conflict-case.ts'

/** A document, named. */
export type SourceName = Pick<Suspect, 'centralDatabase' | 'documentId'>

export interface SourceDocuments {
  /** Live leaves, in no particular order; none where there is no such document or database. */
  leavesOf(name: SourceName): Promise<readonly StoredDocument[]>
  /** The last revision that all leaves come from; undefined when they share none, or its body is not there any more. */
  ancestorOf(name: SourceName): Promise<ComparedLeaf | undefined>
  /** Writes revisions as they are. The reasons of those that were refused; none when all are there. */
  writeRevisions(name: SourceName, writes: readonly RevisionWrite[]): Promise<readonly string[]>
  /** Writes the next revision of a document; `exists` when somebody else was first. */
  writeNext(name: SourceName, document: NewDocument): Promise<WriteOutcome>
}

const Histories = Type.Array(
  Type.Object({
    ok: Type.Optional(
      Type.Object({
        _deleted: Type.Optional(Type.Boolean()),
        _revisions: Type.Object({ start: Type.Integer(), ids: Type.Array(Type.String()) }),
      }),
    ),
  }),
)
const AnyDocument = Type.Object({ _id: Type.String(), _rev: Type.String() })
/** With `new_edits: false` only what failed is answered; others answer all. */
const Results = Type.Array(Type.Object({ error: Type.Optional(Type.String()), reason: Type.Optional(Type.String()) }))

export function openSourceDocuments(client: CouchClient): SourceDocuments {
  const pathOf = ({ centralDatabase, documentId }: SourceName) =>
    `${encodeURIComponent(centralDatabase)}/${encodeURIComponent(documentId)}`

  async function historiesOf(name: SourceName): Promise<readonly (readonly string[])[]> {
    const answers = await client.request(Histories, { path: pathOf(name), query: { open_revs: 'all', revs: true } })
    return answers.flatMap(({ ok }) => {
      if (ok === undefined || ok._deleted === true) return []
      const { start, ids } = ok._revisions
      return [ids.map((hash, back) => `${start - back}-${hash}`)]
    })
  }

  return {
    async leavesOf({ centralDatabase, documentId }) {
      try {
        return await readLiveLeaves(client, centralDatabase, documentId)
      } catch (error) {
        if (error instanceof DatabaseMissingError) return []
        throw error
      }
    },
    async ancestorOf(name) {
      try {
        const [first = [], ...others] = await historiesOf(name)
        const rev = first.slice(1).find((candidate) => others.every((other) => other.includes(candidate)))
        if (rev === undefined) return undefined
        const document = await client.request(AnyDocument, { path: pathOf(name), query: { rev } })
        return { rev, body: authoredBody(document) }
      } catch (error) {
        // Compacted away, or never sent.
        if (error instanceof CouchError && error.status === 404) return undefined
        throw error
      }
    },
    async writeRevisions({ centralDatabase }, writes) {
      const results = await client.request(Results, {
        method: 'POST',
        path: `${encodeURIComponent(centralDatabase)}/_bulk_docs`,
        body: { docs: writes, new_edits: false },
      })
      return results.flatMap(({ error, reason }) => (error === undefined ? [] : [`${error}: ${reason ?? 'no reason'}`]))
    },
    async writeNext({ centralDatabase }, document) {
      const [outcome] = await openDatabase(client, centralDatabase).bulkInsert([document])
      return outcome ?? { kind: 'failed', reason: 'no answer for the document' }
    },
  }
}
