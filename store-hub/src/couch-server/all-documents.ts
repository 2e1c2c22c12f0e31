// `_all_docs`: the documents in the order of their ids, as JSON text that is made only as fast as it is read.
import type { DocumentDatabase, DocumentHead, IdRange } from '../store/index.ts'
import { conflictsAnnotation, documentText } from './document-text.ts'

export interface AllDocumentsRequest {
  readonly startKey: string | undefined
  readonly endKey: string | undefined
  readonly inclusiveEnd: boolean
  readonly descending: boolean
  readonly skip: number
  readonly limit: number
  readonly includeDocs: boolean
  readonly conflicts: boolean
  /** the update sequence as JSON text, undefined when it was not asked for */
  readonly updateSequence: string | undefined
}

const PAGE = 500
const PAGE_WITH_DOCUMENTS = 50

/** A range of ids. */
export function* listRange(database: DocumentDatabase, request: AllDocumentsRequest): Generator<string> {
  yield openList(database, request.skip, request)
  let separator = ''
  for (const page of readPages(database, request)) {
    yield separator + page.map((listed) => toRow(listed, request)).join(',\n')
    separator = ',\n'
  }
  yield '\n]}\n'
}

function openList(database: DocumentDatabase, offset: number, { updateSequence }: AllDocumentsRequest): string {
  const sequence = updateSequence === undefined ? '' : `,"update_seq":${updateSequence}`
  return `{"total_rows":${database.info().documentCount},"offset":${offset}${sequence},"rows":[\n`
}

type Listed = DocumentHead & { readonly body?: string }

function* readPages(database: DocumentDatabase, request: AllDocumentsRequest): Generator<Listed[]> {
  const { startKey, endKey, inclusiveEnd, descending, includeDocs: bodies } = request
  const pageSize = bodies ? PAGE_WITH_DOCUMENTS : PAGE
  let left = request.limit
  let range: Partial<IdRange> = startKey === undefined ? {} : { startKey }
  // Each page begins again at the last id of the page before, which is left out.
  let last: string | undefined
  let { skip } = request
  while (left > 0) {
    const limit = Math.min(left, pageSize) + (last === undefined ? 0 : 1)
    const end = endKey === undefined ? {} : { endKey, inclusiveEnd }
    const listed = database.list({ ...range, ...end, descending, skip, limit, bodies })
    const page = listed.filter(({ id }) => id !== last)
    if (page.length > 0) yield page
    if (listed.length < limit) return
    left -= page.length
    last = listed.at(-1)?.id
    range = last === undefined ? {} : { startKey: last }
    skip = 0
  }
}

function toRow(listed: Listed, { includeDocs, conflicts }: AllDocumentsRequest): string {
  const key = JSON.stringify(listed.id)
  const { id, rev, deleted, body = '{}' } = listed
  const doc = includeDocs
    ? `,"doc":${documentText({ id, rev, deleted, body }, conflicts ? conflictsAnnotation(listed) : '')}`
    : ''
  return `{"id":${key},"key":${key},"value":{"rev":${JSON.stringify(rev)}}${doc}}`
}

/** The documents of these keys, one row each in the same order. */
export function* listKeys(
  database: DocumentDatabase,
  keys: readonly unknown[],
  request: AllDocumentsRequest,
): Generator<string> {
  yield openList(database, 0, request)
  let separator = ''
  for (const key of keys) {
    yield separator + toKeyRow(database, key, request)
    separator = ',\n'
  }
  yield '\n]}\n'
}

function toKeyRow(database: DocumentDatabase, key: unknown, request: AllDocumentsRequest): string {
  const head = typeof key === 'string' && key !== '' ? database.head(key) : undefined
  if (head === undefined) return JSON.stringify({ key, error: 'not_found' })
  if (!head.deleted) return toRow({ ...head, ...(request.includeDocs && readBody(database, head)) }, request)
  const shown = JSON.stringify(head.id)
  const value = `{"rev":${JSON.stringify(head.rev)},"deleted":true}`
  return `{"id":${shown},"key":${shown},"value":${value}${request.includeDocs ? ',"doc":null' : ''}}`
}

function readBody(database: DocumentDatabase, { id, rev }: DocumentHead): { body: string } {
  return { body: database.read(id, rev)?.body ?? '{}' }
}
