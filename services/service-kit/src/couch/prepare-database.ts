/** Creates what a service needs in CouchDB. All of it may run at any time, by several processes at once. */
import { Type } from 'typebox'
import { canonicalHash } from '@tidemark/contracts'
import { CouchError } from '../errors.ts'
import type { CouchClient } from './couch-client.ts'
import { openDatabase, type CouchDatabase } from './couch-database.ts'

/** A design document kept as a file. Functions are source text that CouchDB's and PouchDB's engines both run: ES5. */
export interface DesignDocument {
  /** Without `_design/`. */
  readonly name: string
  readonly views: Readonly<Record<string, { readonly map: string; readonly reduce?: string }>>
}

/** Opens a database, creating it where it is missing. */
export async function ensureDatabase(client: CouchClient, name: string): Promise<CouchDatabase> {
  try {
    await client.request(Type.Object({}), { method: 'PUT', path: encodeURIComponent(name) })
  } catch (error) {
    // 412: it is there already.
    if (!(error instanceof CouchError) || error.status !== 412) throw error
  }
  return openDatabase(client, name)
}

/** Writes a design document only when it differs, because every new revision rebuilds its views. */
export async function ensureDesignDocument(database: CouchDatabase, design: DesignDocument): Promise<void> {
  const wanted = { _id: `_design/${design.name}`, language: 'javascript', views: design.views }
  await database.update(wanted._id, (current) =>
    current !== undefined && canonicalHash(current['views']) === canonicalHash(wanted.views) ? undefined : wanted,
  )
}
