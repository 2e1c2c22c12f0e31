// Reads the changes feed page by page, as JSON text.
//
// 1. A page is read in one turn of the event loop: it shows one state of the database.
// 2. `lastSequence` never passes a change that was not looked at.
// 3. A page holds few bodies, and a filter that drops everything still gives a page: nobody holds up the others.
import type { ChangedDocument, DocumentDatabase } from '../store/index.ts'
import type { ChangeFilter } from './change-filters.ts'
import { conflictsAnnotation, documentText } from './document-text.ts'
import type { SequenceFormat } from './sequences.ts'

export interface ChangesRequest {
  /** exclusive; a descending feed begins at the end, whatever it says */
  readonly since: number
  /** Infinity for none */
  readonly limit: number
  readonly descending: boolean
  readonly style: 'main_only' | 'all_docs'
  readonly includeDocs: boolean
  readonly conflicts: boolean
  /** only each n-th row gets its sequence */
  readonly seqInterval: number | undefined
  readonly filter: ChangeFilter | undefined
}

export interface Change {
  readonly sequence: number
  /** the row as JSON text */
  readonly row: string
}

export interface ChangesPage {
  readonly changes: readonly Change[]
  /** everything up to here has been looked at */
  readonly lastSequence: number
  /** nothing was left when the page was read, or the limit is reached */
  readonly isLast: boolean
}

// Bodies are read for every page, so a page with documents is kept small: 100 of 1 MB at the worst.
const PAGE = 1_000
const PAGE_WITH_DOCUMENTS = 100

interface Found {
  readonly documents: readonly ChangedDocument[]
  /** everything up to here, or of a descending feed down to here, is in `documents` */
  readonly lastSequence: number
  readonly isLast: boolean
}

export class ChangesReader {
  readonly #database: DocumentDatabase
  readonly #sequences: SequenceFormat
  readonly #request: ChangesRequest
  #position: number
  #left: number
  #found = 0

  constructor(database: DocumentDatabase, sequences: SequenceFormat, request: ChangesRequest) {
    this.#database = database
    this.#sequences = sequences
    this.#request = request
    this.#position = request.descending ? 0 : request.since
    this.#left = request.limit
  }

  /** Everything up to here has been looked at; of a descending feed everything from here on, where 0 is the end. */
  get lastSequence(): number {
    return this.#position
  }

  /** Rows that may still come before the limit is reached. */
  get left(): number {
    return this.#left
  }

  /** Goes on behind a sequence whose rows were read elsewhere. */
  skipTo(sequence: number): void {
    this.#position = sequence
  }

  /** The next page, of changes up to `end` at most. */
  next(end = Number.POSITIVE_INFINITY): ChangesPage {
    const found = this.#request.filter?.kind === 'ids' ? this.#readIds(this.#request.filter.ids) : this.#readRange(end)
    const changes: Change[] = []
    for (const changed of found.documents) {
      if (this.#left <= 0) break
      const change = this.#toChange(changed)
      if (change === undefined) continue
      changes.push(change)
      this.#left -= 1
      this.#found += 1
      if (this.#left <= 0) this.#position = changed.sequence
    }
    if (this.#left > 0) this.#position = found.lastSequence
    return { changes, lastSequence: this.#position, isLast: found.isLast || this.#left <= 0 }
  }

  #readRange(end: number): Found {
    const { descending, includeDocs, filter } = this.#request
    const bodies = includeDocs || filter?.kind === 'documents'
    const pageSize = bodies ? PAGE_WITH_DOCUMENTS : PAGE
    const limit = filter === undefined ? Math.min(this.#left, pageSize) : pageSize
    if (descending) return this.#readDescending(bodies, limit)
    const page = this.#database.changes({ since: this.#position, limit, bodies })
    const documents = page.filter((changed) => changed.sequence <= end)
    const isLast = page.length < limit || documents.length < page.length
    const lastSequence = isLast
      ? Math.max(this.#position, Math.min(this.#database.updateSequence, end))
      : (page.at(-1)?.sequence ?? this.#position)
    return { documents, lastSequence, isLast }
  }

  #readDescending(bodies: boolean, limit: number): Found {
    const before = this.#position === 0 ? {} : { before: this.#position }
    const documents = this.#database.changes({ descending: true, limit, bodies, ...before })
    const lastSequence = documents.at(-1)?.sequence ?? (this.#position || this.#database.updateSequence)
    return { documents, lastSequence, isLast: documents.length < limit }
  }

  #readIds(ids: ReadonlySet<string>): Found {
    const since = this.#position
    const { descending, includeDocs } = this.#request
    const heads = [...ids].flatMap((id) => this.#database.head(id) ?? []).filter(({ sequence }) => sequence > since)
    heads.sort((a, b) => (descending ? b.sequence - a.sequence : a.sequence - b.sequence))
    const documents: ChangedDocument[] = includeDocs
      ? heads.map((head) => ({ ...head, body: this.#database.read(head.id, head.rev)?.body ?? '{}' }))
      : heads
    return { documents, lastSequence: Math.max(since, this.#database.updateSequence), isLast: true }
  }

  #toChange(changed: ChangedDocument): Change | undefined {
    const { id, sequence, deleted } = changed
    const { includeDocs, seqInterval } = this.#request
    const revs = this.#chooseRevisions(changed)
    if (revs.length === 0) return undefined
    const seq = this.#isNumbered(seqInterval) ? this.#sequences.text(sequence) : 'null'
    const list = revs.map((rev) => `{"rev":${JSON.stringify(rev)}}`).join(',')
    const row =
      `{"seq":${seq},"id":${JSON.stringify(id)},"changes":[${list}]` +
      (deleted ? ',"deleted":true' : '') +
      (includeDocs ? `,"doc":${this.#documentOf(changed)}}` : '}')
    return { sequence, row }
  }

  /** CouchDB counts from the end of the limit, where there is one. */
  #isNumbered(seqInterval: number | undefined): boolean {
    if (seqInterval === undefined) return true
    return (Number.isFinite(this.#left) ? this.#left : this.#found) % seqInterval === 0
  }

  #documentOf(changed: ChangedDocument): string {
    const { id, rev, deleted, body = '{}' } = changed
    return documentText({ id, rev, deleted, body }, this.#request.conflicts ? conflictsAnnotation(changed) : '')
  }

  #chooseRevisions(changed: ChangedDocument): readonly string[] {
    const { style, filter } = this.#request
    const leaves = style === 'all_docs' ? changed.leaves : [changed]
    if (filter === undefined || filter.kind === 'ids') return leaves.map(({ rev }) => rev)
    if (filter.kind === 'names') return filter.accepts(changed.id) ? leaves.map(({ rev }) => rev) : []
    const accepted = leaves.filter(({ rev }) => {
      if (rev === changed.rev) return filter.accepts(this.#documentOf(changed))
      const leaf = this.#database.read(changed.id, rev)
      return leaf !== undefined && filter.accepts(documentText(leaf))
    })
    return accepted.map(({ rev }) => rev)
  }
}
