// `GET` of one document with all that can be asked about it.
import type { DocumentDatabase, DocumentHead } from '../store/index.ts'
import { isRevision } from './document-rules.ts'
import { conflictsAnnotation, deletedConflictsAnnotation, documentText, revisionsAnnotation } from './document-text.ts'
import { badRequest, notFound } from './errors.ts'
import type { Parameters } from './parameters.ts'
import { historyOf } from './read-documents.ts'
import { findLatest } from './revision-tree.ts'
import type { SequenceFormat } from './sequences.ts'

export interface ReadDocument {
  readonly rev: string
  readonly text: string
}

/** The winning revision, as nearly everybody asks for it. Throws 404. */
export function readWinner(database: DocumentDatabase, id: string): ReadDocument {
  const stored = database.read(id)
  if (stored === undefined) throw notFound('missing')
  if (stored.deleted) throw notFound('deleted')
  return { rev: stored.rev, text: documentText(stored) }
}

/** As the query's `rev`, `latest`, `revs`, `conflicts` and the others ask. Throws 404 or 400. */
export function readDocument(
  database: DocumentDatabase,
  sequences: SequenceFormat,
  id: string,
  query: Parameters,
): ReadDocument {
  const head = database.head(id)
  if (head === undefined) throw notFound('missing')
  const rev = chooseRevision(database, head, query)
  const stored = database.read(id, rev)
  if (stored === undefined) throw notFound('missing')
  return { rev, text: documentText(stored, annotate(database, sequences, head, rev, query)) }
}

function chooseRevision(database: DocumentDatabase, head: DocumentHead, query: Parameters): string {
  const rev = query.text('rev')
  if (rev === undefined) {
    if (head.deleted) throw notFound('deleted')
    return head.rev
  }
  if (!isRevision(rev)) throw badRequest('rev: Invalid rev format')
  const [chosen] = query.boolean('latest') ? findLatest(database, head, rev) : [rev]
  if (chosen === undefined) throw notFound('missing')
  return chosen
}

function annotate(
  database: DocumentDatabase,
  sequences: SequenceFormat,
  head: DocumentHead,
  rev: string,
  query: Parameters,
): string {
  const meta = query.boolean('meta')
  return [
    query.boolean('revs') ? revisionsAnnotation(historyOf(database, head.id, rev)) : '',
    meta || query.boolean('revs_info') ? `,"_revs_info":${describeRevisions(database, head.id, rev)}` : '',
    meta || query.boolean('conflicts') ? conflictsAnnotation(head, rev) : '',
    meta || query.boolean('deleted_conflicts') ? deletedConflictsAnnotation(head, rev) : '',
    query.boolean('local_seq') ? `,"_local_seq":${sequences.text(head.sequence)}` : '',
  ].join('')
}

function describeRevisions(database: DocumentDatabase, id: string, rev: string): string {
  const { start, ids } = historyOf(database, id, rev)
  const described = ids.map((hash, index) => {
    const each = `${start - index}-${hash}`
    const stored = database.read(id, each)
    return { rev: each, status: stored === undefined ? 'missing' : stored.deleted ? 'deleted' : 'available' }
  })
  return JSON.stringify(described)
}
