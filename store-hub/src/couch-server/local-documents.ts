// `_local/` documents don't replicate: they are the checkpoints of those who read a database. Some ids belong to the
// server itself.
import type { DocumentDatabase, LocalWriteResult } from '../store/index.ts'
import type { DocumentFault } from './document-rules.ts'
import { documentText } from './document-text.ts'
import { conflict, notFound } from './errors.ts'
import type { CouchAccess, CouchPrincipal } from './options.ts'

const SECURITY_ID = '_local/tidemark-security'
const OWN_IDS = /^_local\/(tidemark-security|_pouch_.*|compaction|indexes|lastSeq|mrviews|purges)$/s
const DEFAULT_SECURITY = '{"members":{"roles":["_admin"]},"admins":{"roles":["_admin"]}}'

/** True for local documents that the server keeps for itself; they neither show nor change from outside. */
export const isOwnLocalId = (id: string): boolean => OWN_IDS.test(id)

export function findLocalWriteFault<P extends CouchPrincipal>(
  access: CouchAccess<P>,
  principal: P,
  database: string,
  id: string,
): DocumentFault | undefined {
  const allowed = access.mayWriteLocal?.(principal, database, id) ?? true
  if (allowed && !isOwnLocalId(id)) return undefined
  return { status: 403, error: 'forbidden', reason: `You are not allowed to write ${id.slice(0, 100)}.` }
}

/** As JSON text; throws 404 for one that isn't there. */
export function readLocalDocument(database: DocumentDatabase, id: string): string {
  const local = isOwnLocalId(id) ? undefined : database.readLocal(id)
  if (local === undefined) throw notFound('missing')
  return documentText({ ...local, deleted: false })
}

/** Writes or, without a body, removes a local document. Gives its new revision; throws 404 or 409. */
export async function writeLocalDocument(
  database: DocumentDatabase,
  id: string,
  body: string | undefined,
  rev: string | undefined,
): Promise<string> {
  if (body === undefined && database.readLocal(id) === undefined) throw notFound('missing')
  return expectWritten(await database.writeLocal(id, body, rev))
}

function expectWritten(result: LocalWriteResult): string {
  if (result.kind === 'conflict') throw conflict()
  return result.rev
}

/** Rows of `_local_docs`. */
export function listLocalDocuments(database: DocumentDatabase, limit: number, includeDocs: boolean): string {
  const ids = database.listLocalIds(LISTED_AT_MOST).filter((id) => !isOwnLocalId(id))
  const rows = ids.slice(0, limit).flatMap((id) => {
    const local = database.readLocal(id)
    if (local === undefined) return []
    const key = JSON.stringify(id)
    const doc = includeDocs ? `,"doc":${documentText({ ...local, deleted: false })}` : ''
    return [`{"id":${key},"key":${key},"value":{"rev":"${local.rev}"}${doc}}`]
  })
  return `{"total_rows":null,"offset":null,"rows":[\n${rows.join(',\n')}\n]}\n`
}

const LISTED_AT_MOST = 10_000

/** `_security` as JSON text. */
export const readSecurity = (database: DocumentDatabase): string =>
  database.readLocal(SECURITY_ID)?.body ?? DEFAULT_SECURITY

export async function writeSecurity(database: DocumentDatabase, security: object): Promise<void> {
  expectWritten(await database.writeLocal(SECURITY_ID, JSON.stringify(security)))
}
