/** What replication asks of one database at central, in CouchDB's protocol. Every method rejects with a CentralError. */
import type { Revision, RevisionHistory } from '../store/index.ts'
import { CentralError } from './central-error.ts'
import { isRecord, strangeAnswer, type CentralAnswer, type CentralLine, type CentralRequest } from './central-line.ts'

/** Central's place in its changes feed: kept and handed back as it came, never calculated with. */
export type RemoteSequence = string | number | readonly unknown[]

export interface RemoteChange {
  readonly id: string
  /** every leaf */
  readonly revisions: readonly Revision[]
}

export interface RemoteChanges {
  readonly rows: readonly RemoteChange[]
  readonly lastSequence: RemoteSequence
  /** more than these are known to follow */
  readonly hasMore: boolean
}

export interface WriteRefusal {
  readonly id: string
  /** CouchDB names it, others may not. */
  readonly rev?: Revision | undefined
  readonly reason: string
}

export interface WriteOutcome {
  /** Documents that central refuses by themselves. */
  readonly refused: readonly WriteRefusal[]
  /** False for a 202: fewer copies than a quorum have it, so a checkpoint may not rely on it yet. */
  readonly isSafe: boolean
}

export interface WantedRevision {
  readonly id: string
  readonly rev: Revision
}

/** A revision of central, ready to be stored. */
export interface FetchedRevision extends WantedRevision {
  readonly deleted: boolean
  readonly revisions: RevisionHistory
  /** JSON text without protocol members */
  readonly body: string
}

export interface FetchFailure extends WantedRevision {
  readonly reason: string
}

export interface Fetched {
  readonly found: readonly FetchedRevision[]
  readonly failed: readonly FetchFailure[]
}

export interface CentralDatabase {
  /** Makes it; one that exists is as good. */
  ensure(): Promise<void>
  exists(): Promise<boolean>
  /** To be compared for equality only. */
  updateSequence(): Promise<string>
  changes(since: RemoteSequence | undefined, limit: number): Promise<RemoteChanges>
  /** Which of these revisions central lacks, by document id. */
  missing(revisions: ReadonlyMap<string, readonly Revision[]>): Promise<Map<string, Revision[]>>
  /** Writes revisions as they are (`new_edits: false`). `documents` are JSON texts with `_id`, `_rev` and `_revisions`. */
  write(documents: readonly string[]): Promise<WriteOutcome>
  fetch(wanted: readonly WantedRevision[]): Promise<Fetched>
  /** The leaves that a revision has become since, or without one all of the document's; none when the document is gone altogether. */
  fetchLeaves(id: string, rev: Revision | undefined): Promise<Fetched>
  readLocal(id: string): Promise<Record<string, unknown> | undefined>
  /** `document` with the `_rev` that was read, if any. Returns the new revision. */
  writeLocal(id: string, document: Readonly<Record<string, unknown>>): Promise<string>
}

export function openCentralDatabase(line: CentralLine, name: string, signal: AbortSignal): CentralDatabase {
  const base = encodeURIComponent(name)
  const ask = (request: CentralRequest): Promise<CentralAnswer> => line.ask({ ...request, signal })
  const post = (path: string, body: string): Promise<CentralAnswer> =>
    ask({ method: 'POST', path: `${base}/${path}`, body, patience: 'transfer' })

  const exists = async (): Promise<boolean> => {
    try {
      await ask({ method: 'GET', path: base })
      return true
    } catch (error) {
      if (error instanceof CentralError && error.kind === 'missing') return false
      throw error
    }
  }

  return {
    async ensure() {
      // Asked for first: credentials that may not make databases do for those that are there.
      if (await exists()) return
      await ask({ method: 'PUT', path: base }).catch((error: unknown) => {
        if (!(error instanceof CentralError) || error.kind !== 'conflict') throw error
      })
    },
    exists,
    async updateSequence() {
      const { json } = await ask({ method: 'GET', path: base })
      if (!isRecord(json) || json['update_seq'] === undefined) throw strangeAnswer('no update_seq')
      return sequenceText(json['update_seq'] as RemoteSequence)
    },
    async changes(since, limit) {
      const after = since === undefined ? '' : `&since=${encodeURIComponent(sequenceText(since))}`
      const path = `${base}/_changes?style=all_docs&limit=${limit}${after}`
      return toChanges((await ask({ method: 'GET', path, patience: 'transfer' })).json, limit)
    },
    async missing(revisions) {
      if (revisions.size === 0) return new Map()
      const { json } = await post('_revs_diff', JSON.stringify(Object.fromEntries(revisions)))
      return toMissing(json)
    },
    async write(documents) {
      const { status, json } = await post('_bulk_docs', `{"new_edits":false,"docs":[${documents.join(',')}]}`)
      return { refused: toRefusals(json), isSafe: status !== 202 }
    },
    async fetch(wanted) {
      const docs = wanted.map(({ id, rev }) => ({ id, rev }))
      const { json } = await post('_bulk_get?revs=true', JSON.stringify({ docs }))
      return toFetched(wanted, json)
    },
    async fetchLeaves(id, rev) {
      const openRevs = rev === undefined ? 'all' : encodeURIComponent(JSON.stringify([rev]))
      const query = `revs=true&latest=true&open_revs=${openRevs}`
      const path = `${base}/${encodeURIComponent(id)}?${query}`
      try {
        return toLeaves({ id, rev: rev ?? 'all' }, (await ask({ method: 'GET', path, patience: 'transfer' })).json)
      } catch (error) {
        if (error instanceof CentralError && error.kind === 'missing') return { found: [], failed: [] }
        throw error
      }
    },
    async readLocal(id) {
      try {
        const { json } = await ask({ method: 'GET', path: `${base}/${id}` })
        if (!isRecord(json) || json['_id'] !== id) throw strangeAnswer('another document')
        return json
      } catch (error) {
        if (error instanceof CentralError && error.kind === 'missing') return undefined
        throw error
      }
    },
    async writeLocal(id, document) {
      const { json } = await ask({ method: 'PUT', path: `${base}/${id}`, body: JSON.stringify(document) })
      if (!isRecord(json) || json['ok'] !== true || typeof json['rev'] !== 'string') throw strangeAnswer('no revision')
      return json['rev']
    },
  }
}

function sequenceText(sequence: RemoteSequence): string {
  return typeof sequence === 'string' ? sequence : JSON.stringify(sequence)
}

function toChanges(json: unknown, limit: number): RemoteChanges {
  const rows: unknown = isRecord(json) ? json['results'] : undefined
  const lastSequence: unknown = isRecord(json) ? json['last_seq'] : undefined
  if (!Array.isArray(rows) || !isSequence(lastSequence)) throw strangeAnswer('no changes')
  const pending = isRecord(json) ? json['pending'] : undefined
  return {
    rows: rows.map(toChange),
    lastSequence,
    hasMore: rows.length > 0 && (typeof pending === 'number' ? pending > 0 : rows.length >= limit),
  }
}

function isSequence(value: unknown): value is RemoteSequence {
  return typeof value === 'string' || typeof value === 'number' || Array.isArray(value)
}

function toChange(row: unknown): RemoteChange {
  const id = isRecord(row) ? row['id'] : undefined
  const changes: unknown = isRecord(row) ? row['changes'] : undefined
  if (typeof id !== 'string' || !Array.isArray(changes)) throw strangeAnswer('a change without an id')
  const revisions = changes.map((change: unknown) => (isRecord(change) ? change['rev'] : undefined))
  return { id, revisions: texts(revisions, 'a change without its revisions') }
}

function toMissing(json: unknown): Map<string, Revision[]> {
  if (!isRecord(json)) throw strangeAnswer('no comparison of revisions')
  return new Map(
    Object.entries(json).map(([id, diff]) => {
      const missing: unknown = isRecord(diff) ? diff['missing'] : undefined
      if (!Array.isArray(missing)) throw strangeAnswer('no missing revisions')
      return [id, texts(missing, 'a revision that is no text')]
    }),
  )
}

function texts(values: readonly unknown[], complaint: string): string[] {
  if (!values.every((value) => typeof value === 'string')) throw strangeAnswer(complaint)
  return [...values]
}

// A replicated revision is never in conflict; `forbidden` and `unauthorized` are a validation's word on the document.
const refusingErrors = new Set(['forbidden', 'unauthorized', 'document_too_large', 'too_large', 'doc_validation'])

function toRefusals(json: unknown): WriteRefusal[] {
  if (!Array.isArray(json)) throw strangeAnswer('no results of a write')
  return json.flatMap((row: unknown) => {
    if (!isRecord(row)) throw strangeAnswer('a result that is no object')
    const { id, rev, error, reason } = row
    if (error === undefined) return []
    const words = String(reason ?? error)
    if (typeof id !== 'string' || !refusingErrors.has(String(error))) {
      throw new CentralError('failing', `central could not write ${String(id)}: ${String(error)}, ${words}`)
    }
    return [{ id, rev: typeof rev === 'string' ? rev : undefined, reason: words }]
  })
}

function toFetched(wanted: readonly WantedRevision[], json: unknown): Fetched {
  const results: unknown = isRecord(json) ? json['results'] : undefined
  if (!Array.isArray(results)) throw strangeAnswer('no documents')
  const found: FetchedRevision[] = []
  const failed = new Map(wanted.map(({ id, rev }) => [`${rev} ${id}`, { id, rev, reason: 'central did not send it' }]))
  for (const result of results as readonly unknown[]) {
    const docs: unknown = isRecord(result) ? result['docs'] : undefined
    if (!Array.isArray(docs)) throw strangeAnswer('a result without documents')
    for (const entry of docs as readonly unknown[]) {
      const read = toRevision(entry)
      const key = read === undefined ? '' : `${read.rev} ${read.id}`
      if (read === undefined || !failed.has(key)) continue
      if (isFetched(read)) {
        failed.delete(key)
        found.push(read)
      } else failed.set(key, read)
    }
  }
  return { found, failed: [...failed.values()] }
}

function toLeaves({ id, rev }: WantedRevision, json: unknown): Fetched {
  if (!Array.isArray(json)) throw strangeAnswer('no open revisions')
  const read = json.map(toRevision).filter((revision) => revision !== undefined)
  const found = read.filter(isFetched)
  const isGone = json.every((entry: unknown) => isRecord(entry) && 'missing' in entry)
  const failed = read.filter((revision): revision is FetchFailure => !isFetched(revision))
  if (found.length > 0 || failed.length > 0 || isGone) return { found, failed }
  return { found, failed: [{ id, rev, reason: 'central has no body of it' }] }
}

/** `{"ok": document}` or `{"error": {…}}`; undefined for what is neither. */
function toRevision(entry: unknown): FetchedRevision | FetchFailure | undefined {
  if (!isRecord(entry)) return undefined
  const { ok, error } = entry
  if (isRecord(ok)) return toFetchedRevision(ok)
  if (!isRecord(error) || typeof error['id'] !== 'string') return undefined
  return { id: error['id'], rev: String(error['rev']), reason: String(error['reason'] ?? error['error']) }
}

function isFetched(revision: FetchedRevision | FetchFailure): revision is FetchedRevision {
  return 'body' in revision
}

const knownMembers = new Set(['_id', '_rev', '_revisions', '_deleted'])

function toFetchedRevision(document: Record<string, unknown>): FetchedRevision | FetchFailure {
  const { _id: id, _rev: rev, _revisions: revisions, _deleted: deleted } = document
  if (typeof id !== 'string' || typeof rev !== 'string' || !isHistory(revisions)) {
    throw strangeAnswer('a document without its revisions')
  }
  const strange = Object.keys(document).find((key) => key.startsWith('_') && isKept(key, document[key]))
  if (strange !== undefined) return { id, rev, reason: `the hub can't keep its ${strange}` }
  const members = Object.entries(document).filter(([key]) => key === '__proto__' || !key.startsWith('_'))
  return { id, rev, deleted: deleted === true, revisions, body: JSON.stringify(Object.fromEntries(members)) }
}

function isKept(key: string, value: unknown): boolean {
  if (knownMembers.has(key) || key === '__proto__') return false
  return key !== '_attachments' || !isRecord(value) || Object.keys(value).length > 0
}

function isHistory(value: unknown): value is RevisionHistory {
  if (!isRecord(value) || !Array.isArray(value['ids'])) return false
  return typeof value['start'] === 'number' && value['ids'].every((hash) => typeof hash === 'string')
}

/** Names of central's databases that begin with `prefix`. */
export async function centralDatabaseNames(line: CentralLine, prefix: string, signal: AbortSignal): Promise<string[]> {
  const startKey = encodeURIComponent(JSON.stringify(prefix))
  const endKey = encodeURIComponent(JSON.stringify(`${prefix}\ufff0`))
  const path = `_all_dbs?start_key=${startKey}&end_key=${endKey}`
  const { json } = await line.ask({ method: 'GET', path, signal })
  if (!Array.isArray(json)) throw strangeAnswer('no list of databases')
  return json.filter((name): name is string => typeof name === 'string' && name.startsWith(prefix))
}

/** Central's id of itself. The nodes of a cluster may have one each. */
export async function centralUuid(line: CentralLine, signal: AbortSignal): Promise<string> {
  const { json } = await line.ask({ method: 'GET', path: '', signal })
  if (!isRecord(json) || typeof json['couchdb'] !== 'string') throw strangeAnswer('no welcome')
  return typeof json['uuid'] === 'string' ? json['uuid'] : ''
}
