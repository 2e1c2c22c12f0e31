// What this package uses of PouchDB 9, typed by hand: the published types lean on `any` and on a global namespace.

/** The options of `new PouchDB(name, options)` that are used here; `prefix` is the folder, or for http the base URL. */
export interface PouchOptions {
  readonly prefix?: string
  readonly adapter?: string
  /** http adapter: never create the remote database on first use */
  readonly skip_setup?: boolean
  readonly auth?: { readonly username: string; readonly password: string }
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: (url: string, options: RequestInit) => Promise<Response>
  readonly auto_compaction?: boolean
  readonly view_update_changes_batch_size?: number
}

/** A CouchDB document: `_id` and `_rev`, the protocol's underscore members, and the owner's own fields. */
export interface PouchDocument {
  _id: string
  _rev?: string
  _deleted?: boolean
  _revisions?: { start: number; ids: string[] }
  _revs_info?: { rev: string; status: string }[]
  _conflicts?: string[]
  [field: string]: unknown
}

export interface PouchInfo {
  db_name: string
  doc_count: number
  update_seq: number | string
  [field: string]: unknown
}

export interface PouchWriteResult {
  ok?: boolean
  id: string
  rev?: string
  /** true for PouchDB's own errors, the error's name in an answer of a remote database */
  error?: boolean | string
  name?: string
  status?: number
  reason?: string
  message?: string
}

export interface PouchGetOptions {
  rev?: string
  revs?: boolean
  revs_info?: boolean
  conflicts?: boolean
  latest?: boolean
}

export interface PouchChange {
  id: string
  /** a number from a local database, opaque from a remote one */
  seq: number | string
  changes: { rev: string }[]
  deleted?: boolean
  doc?: PouchDocument
}

export interface PouchChangesOptions {
  since?: number | string
  live?: boolean
  limit?: number
  descending?: boolean
  include_docs?: boolean
  conflicts?: boolean
  style?: 'main_only' | 'all_docs'
  return_docs?: boolean
  doc_ids?: readonly string[]
  selector?: Readonly<Record<string, unknown>>
  filter?: (document: PouchDocument) => boolean
  heartbeat?: number | false
  timeout?: number | false
  batch_size?: number
}

export interface PouchChangesResult {
  results: PouchChange[]
  last_seq: number | string
}

export interface PouchChangesFeed extends PromiseLike<PouchChangesResult> {
  cancel(): void
  on(event: 'change', listener: (change: PouchChange) => void): this
  on(event: 'complete', listener: (result: PouchChangesResult) => void): this
  on(event: 'error', listener: (error: PouchError) => void): this
}

export interface PouchAllDocsOptions {
  startkey?: string
  endkey?: string
  inclusive_end?: boolean
  keys?: readonly string[]
  limit?: number
  skip?: number
  descending?: boolean
  include_docs?: boolean
  conflicts?: boolean
}

export interface PouchRow {
  id: string
  key: string
  value: { rev: string; deleted?: boolean }
  doc?: PouchDocument | null
  /** set instead of `value` for a key that does not exist */
  error?: string
}

export interface PouchAllDocsResult {
  total_rows: number
  offset?: number
  rows: PouchRow[]
  update_seq?: number
}

export interface PouchReplicationOptions {
  live?: boolean
  retry?: boolean
  since?: number | string
  batch_size?: number
  batches_limit?: number
  checkpoint?: 'source' | 'target' | false
  heartbeat?: number | false
  timeout?: number | false
  doc_ids?: readonly string[]
  selector?: Readonly<Record<string, unknown>>
  back_off_function?: (delayMs: number) => number
}

export interface PouchReplicationResult {
  ok: boolean
  status?: string
  docs_read: number
  docs_written: number
  doc_write_failures: number
  errors: unknown[]
  last_seq: number | string
  start_time: string
  end_time?: string
  docs?: PouchDocument[]
  pending?: number
}

export interface PouchReplication extends PromiseLike<PouchReplicationResult> {
  cancel(): void
  on(event: 'change', listener: (result: PouchReplicationResult) => void): this
  on(event: 'complete', listener: (result: PouchReplicationResult) => void): this
  on(event: 'paused', listener: (error?: PouchError) => void): this
  on(event: 'active', listener: () => void): this
  on(event: 'denied', listener: (denial: { doc: PouchWriteResult }) => void): this
  on(event: 'error', listener: (error: PouchError) => void): this
  removeAllListeners(): this
}

/** What PouchDB rejects with: an HTTP-like status, CouchDB's error name in `name`, and a reason. */
export interface PouchError {
  status?: number
  name?: string
  message?: string
  reason?: string
  error?: boolean | string
}

export interface PouchFindRequest {
  selector: Readonly<Record<string, unknown>>
  fields?: readonly string[]
  sort?: readonly unknown[]
  limit?: number
  skip?: number
  use_index?: string | readonly string[]
}

export interface PouchIndex {
  ddoc: string | null
  name: string
  type: string
  def: { fields: Record<string, string>[] }
}

export interface PouchDatabase {
  readonly name: string
  get(id: string, options?: PouchGetOptions): Promise<PouchDocument>
  put(document: PouchDocument): Promise<PouchWriteResult>
  remove(document: { _id: string; _rev: string }): Promise<PouchWriteResult>
  bulkDocs(documents: readonly PouchDocument[], options?: { new_edits?: boolean }): Promise<PouchWriteResult[]>
  allDocs(options?: PouchAllDocsOptions): Promise<PouchAllDocsResult>
  changes(options?: PouchChangesOptions): PouchChangesFeed
  info(): Promise<PouchInfo>
  compact(): Promise<unknown>
  find(request: PouchFindRequest): Promise<{ docs: PouchDocument[]; warning?: string }>
  explain(request: PouchFindRequest): Promise<Record<string, unknown>>
  createIndex(definition: object): Promise<{ id: string; name: string; result: string }>
  getIndexes(): Promise<{ total_rows: number; indexes: PouchIndex[] }>
  deleteIndex(index: { ddoc: string; name: string }): Promise<{ ok: boolean }>
  query(view: string, options: Record<string, unknown>): Promise<Record<string, unknown>>
  viewCleanup(): Promise<{ ok: boolean }>
  replicate: {
    to(target: PouchDatabase | string, options?: PouchReplicationOptions): PouchReplication
    from(source: PouchDatabase | string, options?: PouchReplicationOptions): PouchReplication
  }
  close(): Promise<void>
  destroy(): Promise<{ ok: boolean }>
  setMaxListeners(count: number): this
  on(event: 'error', listener: (error: unknown) => void): this
  once(event: 'destroyed' | 'closed', listener: () => void): this
  removeListener(event: 'destroyed' | 'closed', listener: () => void): this
}

export type PouchPlugin = object | ((pouch: PouchStatic) => void)

export interface PouchStatic {
  new (name: string, options?: PouchOptions): PouchDatabase
  prefix: string
  plugin(plugin: PouchPlugin): PouchStatic
  adapter(name: string, adapter: unknown, preferred: boolean): void
  setMaxListeners(count: number): void
  emit(event: 'unref', database: PouchDatabase): boolean
}
