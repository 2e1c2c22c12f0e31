// What makes a document unfit to store, whoever sends it. Each fault concerns one document: the others of its batch land.
import type { PouchDocument } from '../pouchdb/index.ts'
import type { CouchLimits } from './options.ts'

/** As CouchDB answers it to a single write; in a batch the same reason is `forbidden`, which replicators don't retry. */
export interface DocumentFault {
  readonly status: number
  readonly error: string
  readonly reason: string
}

// CouchDB takes any text behind the number. What needs an escape in JSON or in a header is left out.
const HASH = '[!#-[\\]-~]{1,64}'
const REVISION = new RegExp(`^[1-9]\\d{0,8}-${HASH}$`)
const REVISION_HASH = new RegExp(`^${HASH}$`)
const LOCAL_REVISION = /^0-\d{1,15}$/
const MAX_REVISIONS = 10_000
const PROTOCOL_MEMBERS = new Set(['_id', '_rev', '_deleted', '_revisions', '_attachments'])
/** What CouchDB adds when reading, and drops when it is written back. */
const DROPPED_MEMBERS = new Set(['_revs_info', '_conflicts', '_deleted_conflicts', '_local_seq'])
/** What CouchDB's replicator notes in the documents that start it: they are kept like any other member. */
const REPLICATOR_MEMBERS = new Set([
  '_replication_id',
  '_replication_state',
  '_replication_state_time',
  '_replication_state_reason',
  '_replication_stats',
  '_replication_start_time',
])

export const isRevision = (value: unknown): value is string => typeof value === 'string' && REVISION.test(value)
export const isLocalRevision = (value: unknown): boolean => typeof value === 'string' && LOCAL_REVISION.test(value)
export const isDesignId = (id: string): boolean => id.startsWith('_design/')
export const isLocalId = (id: string): boolean => id.startsWith('_local/')

export const MISSING_REVISION = '_rev: a replicated document must have one'

const fault = (status: number, error: string, reason: string): DocumentFault => ({ status, error, reason })

/** Why `id` can't be the id of a document, undefined when it can. */
export function findIdFault(id: unknown, idBytes: number): DocumentFault | undefined {
  if (typeof id !== 'string') return fault(400, 'illegal_docid', '_id: Document id must be a string')
  if (id === '') return fault(400, 'illegal_docid', '_id: Document id must not be empty')
  if (!id.isWellFormed() || id.includes('\0'))
    return fault(400, 'illegal_docid', '_id: Document id must be a text of Unicode')
  if (id.length * 3 > idBytes && Buffer.byteLength(id) > idBytes)
    return fault(400, 'illegal_docid', `_id: Document id is longer than ${idBytes} bytes`)
  if (id.startsWith('_') && !/^_(design|local)\/./s.test(id)) {
    return fault(400, 'illegal_docid', '_id: Only reserved document ids may start with underscore.')
  }
  return undefined
}

/**
 * Why `document` can't be stored, undefined when it can. `replicated` when it brings its own revision.
 * Its size is judged elsewhere, by its text.
 */
export function findDocumentFault(
  document: Readonly<Record<string, unknown>>,
  replicated: boolean,
  limits: Pick<CouchLimits, 'depth' | 'idBytes' | 'refusedNames'>,
): DocumentFault | undefined {
  return (
    findIdFault(document['_id'], limits.idBytes) ??
    findMemberFault(document) ??
    findRevisionFault(document, replicated) ??
    findContentFault(document, limits)
  )
}

/** True for a member that the protocol owns: it is not part of the stored body. */
export const isProtocolMember = (name: string): boolean =>
  name.charCodeAt(0) === 0x5f && (PROTOCOL_MEMBERS.has(name) || DROPPED_MEMBERS.has(name))

function findMemberFault(document: Readonly<Record<string, unknown>>): DocumentFault | undefined {
  for (const name of Object.keys(document)) {
    if (name.charCodeAt(0) !== 0x5f || isProtocolMember(name)) continue
    if (REPLICATOR_MEMBERS.has(name) || name === '__proto__') continue
    return fault(400, 'doc_validation', `Bad special document member: ${name.slice(0, 100)}`)
  }
  const { _deleted: deleted, _attachments: attachments } = document
  if (deleted !== undefined && typeof deleted !== 'boolean')
    return fault(400, 'bad_request', '_deleted: must be true or false')
  if (attachments === undefined || (isObject(attachments) && Object.keys(attachments).length === 0)) return undefined
  return fault(403, 'forbidden', '_attachments: attachments are not kept here')
}

/** Why the revision that a document brings or builds upon is none; only its protocol's members are looked at. */
export function findRevisionFault(
  document: Readonly<Record<string, unknown>>,
  replicated: boolean,
): DocumentFault | undefined {
  const { _id: id, _rev: rev, _revisions: revisions } = document
  const isLocal = typeof id === 'string' && isLocalId(id)
  if (rev !== undefined && !(isLocal ? isLocalRevision(rev) : isRevision(rev)))
    return fault(400, 'bad_request', '_rev: Invalid rev format')
  if (!replicated || isLocal) return undefined
  if (revisions === undefined) {
    return rev === undefined ? fault(400, 'bad_request', MISSING_REVISION) : undefined
  }
  const { start, ids } = isObject(revisions) ? revisions : {}
  const isHistory =
    Array.isArray(ids) &&
    ids.length > 0 &&
    ids.length <= MAX_REVISIONS &&
    ids.every((hash) => typeof hash === 'string' && REVISION_HASH.test(hash)) &&
    Number.isSafeInteger(start) &&
    Number(start) >= ids.length
  if (!isHistory) return fault(400, 'bad_request', '_revisions: must be {"start": number, "ids": [hashes]}')
  // `_rev` may say something else: like CouchDB, the history is believed.
  return isRevision(`${Number(start)}-${String(ids[0])}`)
    ? undefined
    : fault(400, 'bad_request', '_revisions: Invalid rev format')
}

type ContentLimits = Pick<CouchLimits, 'depth' | 'refusedNames'>

function findContentFault(document: object, { depth, refusedNames }: ContentLimits): DocumentFault | undefined {
  if (!hasBadContent(document, depth, refusedNames)) return undefined
  const reason = findBadPath(document, depth, refusedNames, '') ?? 'the document has a member that is not allowed'
  return fault(403, 'forbidden', reason)
}

/** Walks no deeper than `depth`, so that no nesting can exhaust the stack. Builds nothing: nearly all are good. */
function hasBadContent(value: object, depth: number, refusedNames: readonly string[]): boolean {
  if (Array.isArray(value)) {
    for (const member of value as unknown[]) if (isBadMember(member, depth, refusedNames)) return true
    return false
  }
  for (const name of Object.keys(value)) {
    if (refusedNames.includes(name)) return true
    if (isBadMember((value as Record<string, unknown>)[name], depth, refusedNames)) return true
  }
  return false
}

function isBadMember(member: unknown, depth: number, refusedNames: readonly string[]): boolean {
  return typeof member === 'object' && member !== null && (depth <= 1 || hasBadContent(member, depth - 1, refusedNames))
}

function findBadPath(value: object, depth: number, refused: readonly string[], path: string): string | undefined {
  for (const [name, member] of Object.entries(value)) {
    const here = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    if (refused.includes(name)) return `${here.slice(0, 200)}: this member name is not allowed`
    if (typeof member !== 'object' || member === null) continue
    if (depth <= 1) return `${here.slice(0, 200)}: nested too deeply`
    const found = findBadPath(member as object, depth - 1, refused, here)
    if (found !== undefined) return found
  }
  return undefined
}

/** The document without what the protocol adds on reading: as a rule of the application expects to see it. */
export function toPlainDocument(document: PouchDocument, replicated: boolean): PouchDocument {
  const isExtra = (name: string): boolean =>
    DROPPED_MEMBERS.has(name) || name === '_attachments' || (name === '_revisions' && !replicated)
  const names = Object.keys(document)
  if (!names.some((name) => name.charCodeAt(0) === 0x5f && isExtra(name))) return document
  return Object.fromEntries(Object.entries(document).filter(([name]) => !isExtra(name))) as PouchDocument
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
