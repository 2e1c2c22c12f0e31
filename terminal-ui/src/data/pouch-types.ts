/** What the till uses of PouchDB 9, typed by hand: the published types lean on `any` and on a global namespace. */

export type Fields = Readonly<Record<string, unknown>>

export interface StoredDocument {
  readonly _id: string
  readonly _rev: string
  readonly [field: string]: unknown
}

export interface DocumentRow {
  readonly id: string
  readonly value?: { readonly rev: string; readonly deleted?: boolean }
  readonly doc?: StoredDocument | null
}

export interface DocumentChange {
  readonly id: string
  readonly seq: number
  readonly deleted?: boolean
  readonly changes: readonly { readonly rev: string }[]
  readonly doc?: StoredDocument
}

/** One result of a bulk write. With `new_edits: false` only failures are listed. */
export interface BulkResult {
  readonly id?: string
  readonly error?: boolean | string
  readonly name?: string
  readonly reason?: string
  readonly message?: string
}

export interface FetchedRevision {
  readonly ok?: StoredDocument
  readonly error?: unknown
}

export interface Database {
  readonly name: string
  get(
    id: string,
    options?: { readonly revs?: boolean; readonly rev?: string; readonly conflicts?: boolean },
  ): Promise<StoredDocument>
  /** Every leaf, those that are deleted among them. */
  get(
    id: string,
    options: { readonly open_revs: 'all'; readonly revs: true },
  ): Promise<readonly { readonly ok?: StoredDocument; readonly missing?: string }[]>
  put(document: Fields): Promise<{ readonly id: string; readonly rev: string }>
  remove(id: string, rev: string): Promise<unknown>
  allDocs(options: {
    readonly startkey?: string
    readonly endkey?: string
    readonly keys?: readonly string[]
    readonly descending?: boolean
    readonly limit?: number
    readonly include_docs?: boolean
  }): Promise<{ readonly rows: readonly DocumentRow[] }>
  bulkDocs(documents: readonly Fields[], options: { readonly new_edits: boolean }): Promise<readonly BulkResult[]>
  changes(options: {
    readonly since: number | string
    readonly limit?: number
    /** Of a remote database: how many a request brings. */
    readonly batch_size?: number
    readonly include_docs?: boolean
    /** With `include_docs`: names other live revisions in `_conflicts`. */
    readonly conflicts?: boolean
    readonly style?: 'main_only' | 'all_docs'
    /** Of a remote database: only documents that fit, or have one of these ids. */
    readonly selector?: Fields
    readonly doc_ids?: readonly string[]
  }): PromiseLike<{ readonly results: readonly DocumentChange[]; readonly last_seq: number }>
  info(): Promise<{ readonly doc_count: number; readonly update_seq: number | string }>
  revsDiff(
    revisions: Readonly<Record<string, readonly string[]>>,
  ): Promise<Readonly<Record<string, { readonly missing?: readonly string[] }>>>
  /** Of a remote database: revisions with their history, or their successors with `latest`. */
  bulkGet(options: {
    readonly docs: readonly { readonly id: string; readonly rev: string }[]
    readonly revs: true
    readonly latest: true
  }): Promise<{ readonly results: readonly { readonly id: string; readonly docs: readonly FetchedRevision[] }[] }>
  close(): Promise<void>
  destroy(): Promise<unknown>
}

export interface DatabaseOptions {
  readonly adapter?: string
  readonly auto_compaction?: boolean
  readonly revs_limit?: number
  /** Of a database at the hub: it is not made when it is not there. */
  readonly skip_setup?: boolean
  readonly fetch?: (url: string, options: RequestInit) => Promise<Response>
}

export interface PouchPlugin {
  readonly [name: string]: unknown
}

export interface PouchConstructor {
  new (name: string, options?: DatabaseOptions): Database
  plugin(plugin: PouchPlugin | ((pouch: PouchConstructor) => void)): PouchConstructor
}

/** The HTTP status in an error of PouchDB's; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined
  return typeof error.status === 'number' ? error.status : undefined
}

export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404
}

export function isUpdateConflict(error: unknown): boolean {
  return statusOf(error) === 409
}
