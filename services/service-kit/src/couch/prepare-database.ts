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
  /** `validate_doc_update`. */
  readonly validate?: string
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

/** Writes a design document only when it differs, because every new revision rebuilds its views. True when it was written. */
export async function ensureDesignDocument(database: CouchDatabase, design: DesignDocument): Promise<boolean> {
  const rules = design.validate === undefined ? {} : { validate_doc_update: design.validate }
  const wanted = { _id: `_design/${design.name}`, language: 'javascript', views: design.views, ...rules }
  let written = false
  await database.update(wanted._id, (current) => {
    written = current === undefined || !isSameDesign(current, wanted)
    return written ? wanted : undefined
  })
  return written
}

function isSameDesign(current: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): boolean {
  const hash = ({ views, validate_doc_update: rules }: Readonly<Record<string, unknown>>) =>
    canonicalHash({ views: views ?? {}, rules: rules ?? null })
  return hash(current) === hash(wanted)
}
