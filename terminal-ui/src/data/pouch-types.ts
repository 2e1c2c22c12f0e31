/** What the till uses of PouchDB 9, typed by hand: the published types lean on `any` and on a global namespace. */

export type Fields = Readonly<Record<string, unknown>>

export interface StoredDocument {
  readonly _id: string
  readonly _rev: string
  readonly [field: string]: unknown
}

export interface DocumentRow {
  readonly id: string
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

export interface Database {
  readonly name: string
  get(id: string, options?: { readonly revs?: boolean; readonly rev?: string }): Promise<StoredDocument>
  put(document: Fields): Promise<{ readonly id: string; readonly rev: string }>
  remove(id: string, rev: string): Promise<unknown>
  allDocs(options: {
    readonly startkey?: string
    readonly endkey?: string
    readonly descending?: boolean
    readonly limit?: number
    readonly include_docs?: boolean
  }): Promise<{ readonly rows: readonly DocumentRow[] }>
  bulkDocs(documents: readonly Fields[], options: { readonly new_edits: boolean }): Promise<readonly BulkResult[]>
  changes(options: {
    readonly since: number
    readonly limit?: number
    readonly include_docs?: boolean
    readonly style?: 'main_only' | 'all_docs'
  }): PromiseLike<{ readonly results: readonly DocumentChange[]; readonly last_seq: number }>
  info(): Promise<{ readonly doc_count: number; readonly update_seq: number | string }>
  revsDiff(
    revisions: Readonly<Record<string, readonly string[]>>,
  ): Promise<Readonly<Record<string, { readonly missing?: readonly string[] }>>>
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly adapter?: string
  readonly auto_compaction?: boolean
  readonly revs_limit?: number
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
