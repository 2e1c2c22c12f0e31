import type { RevisionTree } from '../store/index.ts'
import type { PouchDatabase, PouchError } from './types.ts'

type Callback<T> = (error: PouchError | null, value: T) => void

/** PouchDB's members that are not in its documentation; this file is the only one that asks for them. */
interface PouchInternals extends PouchDatabase {
  _getRevisionTree(id: string, callback: Callback<RevisionTree>): void
  _get(id: string, options: object, callback: Callback<{ metadata: { seq: number } }>): void
}

const internals = (database: PouchDatabase): PouchInternals => database as PouchInternals

/** The revision tree of a document, undefined when the database never had it. */
export function readRevisionTree(database: PouchDatabase, id: string): Promise<RevisionTree | undefined> {
  return new Promise((resolve, reject) => {
    internals(database)._getRevisionTree(id, (error, tree) => {
      if (error === null || error === undefined) resolve(tree)
      else if (error.status === 404) resolve(undefined)
      else reject(error)
    })
  })
}

/** The sequence of a document's last change; `rev` must be a revision that the database holds. */
export function readLocalSequence(database: PouchDatabase, id: string, rev: string): Promise<number> {
  return new Promise((resolve, reject) => {
    internals(database)._get(id, { rev }, (error, found) => (error ? reject(error) : resolve(found.metadata.seq)))
  })
}
