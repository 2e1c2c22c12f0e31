// `GET` of one document at several revisions: a JSON list, or for CouchDB's replicator one part each of a multipart answer.
import { randomUUID } from 'node:crypto'
import type { DocumentDatabase } from '../store/index.ts'
import { isRevision } from './document-rules.ts'
import { badRequest, notFound } from './errors.ts'
import type { Parameters } from './parameters.ts'
import type { ReadRevision } from './read-documents.ts'
import { readRevisions } from './read-documents.ts'

const MAX_REVISIONS = 1_000

/** What `open_revs=` names. Throws 404 for all revisions of a document that isn't there, and 400. */
export function readOpenRevisions(database: DocumentDatabase, id: string, query: Parameters): readonly ReadRevision[] {
  const options = { revs: query.boolean('revs'), latest: query.boolean('latest') }
  const wanted = readWanted(query)
  const read = readRevisions(database, id, wanted, options)
  if (read !== undefined) return read
  if (wanted === 'all') throw notFound('missing')
  return wanted.map((rev) => ({ kind: 'missing', rev }))
}

function readWanted(query: Parameters): 'all' | string[] {
  const given = query.text('open_revs')
  if (given === 'all' || given === '"all"') return 'all'
  const revs = query.json('open_revs')
  if (!Array.isArray(revs) || revs.length > MAX_REVISIONS) {
    throw badRequest(`open_revs: must be all, or a JSON list of at most ${MAX_REVISIONS} revisions`)
  }
  if (!revs.every(isRevision)) throw badRequest('open_revs: Invalid rev format')
  return revs
}

const toItem = (read: ReadRevision): string =>
  read.kind === 'found' ? `{"ok":${read.text}}` : JSON.stringify({ missing: read.rev })

export const toJsonList = (read: readonly ReadRevision[]): string => `[${read.map(toItem).join(',')}]`

/** True for a client that asks for parts, as CouchDB's replicator does, and not for JSON before them. */
export function wantsParts(accept: string | undefined): boolean {
  return accept !== undefined && /\bmultipart\/mixed\b/i.test(accept)
}

/** `multipart/mixed` as CouchDB writes it. */
export function toParts(read: readonly ReadRevision[]): { readonly type: string; readonly text: string } {
  const boundary = randomUUID().replaceAll('-', '')
  const parts = read.map((each) =>
    each.kind === 'found'
      ? `\r\nContent-Type: application/json\r\n\r\n${each.text}\r\n--${boundary}`
      : `\r\nContent-Type: application/json; error="true"\r\n\r\n${JSON.stringify({ missing: each.rev })}\r\n--${boundary}`,
  )
  return { type: `multipart/mixed; boundary="${boundary}"`, text: `--${boundary}${parts.join('')}--` }
}
