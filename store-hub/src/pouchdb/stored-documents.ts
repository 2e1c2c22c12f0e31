// Documents as PouchDB passes them around, and as the store keeps them.
import type { ChangedDocument, DocumentDatabase, DocumentHead, DocumentWrite, LocalDocument } from '../store/index.ts'
import { BAD_REQUEST, DOC_VALIDATION, FORBIDDEN, INVALID_REV, createError, invalidIdError } from './packages.js'
import type { PouchDocument, PouchError } from './types.ts'

/** What CouchDB adds when reading and ignores when it is written back. */
const ADDED_MEMBERS = new Set(['_revs_info', '_conflicts', '_deleted_conflicts', '_local_seq', '_rev_tree'])
const KEPT_MEMBERS = new Set(['_id', '_rev', '_deleted', '_revisions', '_attachments'])

/** The document of a stored revision; a deletion says so. */
export function toPouchDocument(id: string, rev: string, deleted: boolean, body: string): PouchDocument {
  const document: PouchDocument = { _id: id, _rev: rev, ...(JSON.parse(body) as object) }
  if (deleted) document._deleted = true
  return document
}

export function fromLocalDocument({ id, rev, body }: LocalDocument): PouchDocument {
  return toPouchDocument(id, rev, false, body)
}

/** Revisions that live beside the winner. */
export function conflictsOf({ leaves }: DocumentHead): string[] {
  return leaves.slice(1).flatMap(({ rev, deleted }) => (deleted ? [] : [rev]))
}

/** The winner of a change or a list row that was read with its body. */
export function winnerOf(row: ChangedDocument, conflicts: boolean): PouchDocument {
  const document = toPouchDocument(row.id, row.rev, row.deleted, row.body ?? '{}')
  const others = conflicts ? conflictsOf(row) : []
  if (others.length > 0) document._conflicts = others
  return document
}

/** The write that a document asks for. Throws the error that concerns this document alone. */
export function toWrite(document: PouchDocument, replicated: boolean): DocumentWrite {
  const id = document._id
  invalidIdError(id)
  if (!id.isWellFormed()) throw createError(BAD_REQUEST, '_id: must be a text of Unicode')
  const deleted = document._deleted === true
  const body = toBody(document)
  if (replicated) return { kind: 'replicated', id, revisions: historyOf(document), deleted, body }
  const { _rev: rev } = document
  if (rev === undefined) return { kind: 'edit', id, deleted, body }
  parseRevision(rev)
  return { kind: 'edit', id, rev, deleted, body }
}

/** JSON text of the document without the members that belong to the protocol. */
export function toBody(document: PouchDocument): string {
  const body: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(document)) {
    if (!name.startsWith('_')) body[name] = value
    else if (!KEPT_MEMBERS.has(name) && !ADDED_MEMBERS.has(name)) throw createError(DOC_VALIDATION, name)
  }
  const { _attachments: attachments } = document
  if (attachments !== undefined && Object.keys(attachments as object).length > 0) {
    throw createError(FORBIDDEN, '_attachments: attachments are not kept here')
  }
  return JSON.stringify(body)
}

function historyOf({ _revisions: revisions, _rev: rev }: PouchDocument): { start: number; ids: string[] } {
  if (revisions === undefined) return parseRevision(rev)
  const { start, ids } = revisions
  const isHistory = Number.isSafeInteger(start) && Array.isArray(ids) && ids.length > 0 && start >= ids.length
  if (!isHistory || ids.some((hash) => typeof hash !== 'string' || hash === '')) {
    throw createError(BAD_REQUEST, '_revisions: must be {"start": number, "ids": [hashes]}')
  }
  return { start, ids }
}

function parseRevision(rev: string | undefined): { start: number; ids: string[] } {
  const found = /^([1-9]\d*)-([^-]+)$/.exec(rev ?? '')
  if (found === null) throw createError(INVALID_REV)
  return { start: Number(found[1]), ids: [String(found[2])] }
}

/** The leaf that descends from `rev`, or `rev` itself: what `latest` asks for. The winner among several. */
export function latestOf(database: DocumentDatabase, head: DocumentHead, rev: string): string {
  const [position = '', hash = ''] = rev.split('-')
  const descends = head.leaves.find((leaf) => {
    if (leaf.rev === rev) return true
    const history = database.history(head.id, leaf.rev)
    return history?.ids[history.start - Number(position)] === hash
  })
  return descends?.rev ?? rev
}

export const isPouchError = (error: unknown): error is PouchError =>
  typeof error === 'object' && error !== null && 'status' in error
