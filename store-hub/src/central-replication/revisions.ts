/** Revisions on their way: as JSON texts for central, and compared with what the store has. */
import type { DocumentDatabase, Revision, RevisionHistory, RevisionNode } from '../store/index.ts'

/** A document on its way to central. */
export interface OutgoingDocument {
  readonly id: string
  readonly rev: Revision
  readonly text: string
}

/**
 * The revision as JSON text for `_bulk_docs` with `new_edits: false`. Undefined when it is no leaf any more: what took
 * its place comes later in the feed. Throws when a leaf has no body.
 */
export function outgoingDocument(database: DocumentDatabase, id: string, rev: Revision): OutgoingDocument | undefined {
  const stored = database.read(id, rev)
  const revisions = database.history(id, rev)
  if (stored === undefined || revisions === undefined) {
    const isLeaf = database.head(id)?.leaves.some((leaf) => leaf.rev === rev) === true
    if (isLeaf) throw new Error(`${database.name}: the body of ${id} ${rev} is missing from the store`)
    return undefined
  }
  return { id, rev, text: documentText(id, rev, revisions, stored.deleted, stored.body) }
}

function documentText(id: string, rev: Revision, revisions: RevisionHistory, deleted: boolean, body: string): string {
  const protocol = JSON.stringify({ _id: id, _rev: rev, _revisions: revisions, ...(deleted && { _deleted: true }) })
  return /^\{\s*\}$/.test(body) ? protocol : `${protocol.slice(0, -1)},${body.slice(1)}`
}

/** Those of the revisions that the store does not know. */
export function missingHere(database: DocumentDatabase, id: string, revisions: readonly Revision[]): Revision[] {
  const tree = database.revisionTree(id)
  if (tree === undefined) return [...revisions]
  const known = new Set<Revision>()
  const visit = ([hash, , children]: RevisionNode, generation: number): void => {
    known.add(`${generation}-${hash}`)
    for (const child of children) visit(child, generation + 1)
  }
  for (const { pos, ids } of tree) visit(ids, pos)
  return revisions.filter((rev) => !known.has(rev))
}

/** Cuts a row of documents, read as it goes, into requests of about `maxBytes`; one document at least is in each. */
export function* requestsOf(documents: Iterable<OutgoingDocument>, maxBytes: number): Generator<OutgoingDocument[]> {
  let request: OutgoingDocument[] = []
  let bytes = 0
  for (const document of documents) {
    const size = Buffer.byteLength(document.text)
    if (request.length > 0 && bytes + size > maxBytes) {
      yield request
      request = []
      bytes = 0
    }
    request.push(document)
    bytes += size
  }
  if (request.length > 0) yield request
}
