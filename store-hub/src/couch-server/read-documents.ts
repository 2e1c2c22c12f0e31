import type { PouchDatabase, PouchDocument, PouchGetOptions } from '../pouchdb/index.ts'
import { readRevisionTree } from '../pouchdb/index.ts'
import type { Revision } from './revision-tree.ts'
import { listDescendantLeaves, listLeaves } from './revision-tree.ts'

export interface MissingRevision {
  readonly id: string
  readonly rev: string
  readonly error: 'not_found'
  readonly reason: string
}

export type FoundRevision = { readonly ok: PouchDocument } | { readonly error: MissingRevision }

const missing = (id: string, rev: string, reason = 'missing'): { error: MissingRevision } => ({
  error: { id, rev, error: 'not_found', reason },
})

/**
 * A document at `rev`, or its winner without one. With `latest`, the leaves that `rev` has become since.
 * PouchDB's own `latest` ends the process for a revision that it doesn't know.
 */
export async function readRevision(
  database: PouchDatabase,
  id: string,
  rev: string | undefined,
  { revs = false, latest = false }: { revs?: boolean; latest?: boolean },
): Promise<FoundRevision[]> {
  const tree = await readRevisionTree(database, id)
  if (tree === undefined) return [missing(id, rev ?? 'undefined')]
  if (rev === undefined) {
    const winner = listLeaves(tree)[0]
    if (winner === undefined || winner.deleted) return [missing(id, 'undefined', 'deleted')]
    return [await readBody(database, id, winner.rev, { revs })]
  }
  const wanted = latest ? listDescendantLeaves(tree, rev) : [rev]
  if (wanted.length === 0) return [missing(id, rev)]
  return Promise.all(wanted.map((each) => readBody(database, id, each, { revs })))
}

async function readBody(
  database: PouchDatabase,
  id: string,
  rev: string,
  options: PouchGetOptions,
): Promise<FoundRevision> {
  try {
    return { ok: await database.get(id, { ...options, rev }) }
  } catch (error) {
    if ((error as { status?: unknown }).status === 404) return missing(id, rev)
    throw error
  }
}

/** The winning revision of a document, deleted or not; undefined when the database never had it. */
export async function readWinner(database: PouchDatabase, id: string): Promise<Revision | undefined> {
  const tree = await readRevisionTree(database, id)
  return tree === undefined ? undefined : listLeaves(tree)[0]
}
