export interface PouchDocument {
  _id: string
  [field: string]: unknown
}

export interface Change {
  readonly id: string
  readonly seq: number | string
  readonly changes: readonly { readonly rev: string }[]
}

export interface Pouch {
  put(document: object): Promise<unknown>
  get(id: string): Promise<PouchDocument>
  bulkDocs(documents: readonly object[], options?: { new_edits?: boolean }): Promise<unknown[]>
  bulkGet(options: { docs: unknown; revs: boolean; latest: boolean }): Promise<unknown>
  revsDiff(wanted: unknown): Promise<unknown>
  info(): Promise<{ doc_count: number; update_seq: number | string }>
  changes(options: {
    since: number | 'now'
    limit?: number
    style?: string
    return_docs?: boolean
  }): Promise<{ results: Change[]; last_seq: number | string }>
  changes(options: { since: 'now'; live: true }): { on(event: 'change', listener: () => void): void; cancel(): void }
  replicate: {
    to(target: Pouch, options?: object): Promise<{ docs_written: number; doc_write_failures: number }>
    from(source: Pouch, options?: object): Promise<{ docs_written: number; doc_write_failures: number }>
  }
  setMaxListeners(count: number): void
  close(): Promise<void>
  destroy(): Promise<unknown>
}

export interface PouchConstructor {
  new (name: string, options?: object): Pouch
  prefix: string
  adapter(name: string, adapter: unknown, preferred: boolean): void
  plugin(plugin: object): void
  setMaxListeners(count: number): void
}

export const PouchDB: PouchConstructor
export const httpPlugin: object
export const memoryPlugin: object
export const replicationPlugin: object
export const leveldown: unknown
export function LevelPouch(this: unknown, options: object, callback: unknown): void
