export interface MemoryDocument {
  _id: string
  _rev: string
  _deleted?: boolean
  _revisions?: { start: number; ids: string[] }
  [field: string]: unknown
}

export interface MemoryPouch {
  bulkDocs(documents: readonly MemoryDocument[], options: { new_edits: false }): Promise<unknown[]>
  put(document: Partial<MemoryDocument>): Promise<{ rev: string }>
  get(id: string, options: { open_revs: 'all'; revs: true }): Promise<{ ok: MemoryDocument }[]>
  changes(options: {
    since: number
    style: 'all_docs'
  }): Promise<{ results: { id: string; deleted?: boolean; changes: { rev: string }[] }[] }>
  allDocs(options: { keys: readonly string[] }): Promise<{ rows: { value?: { rev: string; deleted?: boolean } }[] }>
  destroy(): Promise<unknown>
}

export function openMemoryPouch(name: string, revsLimit: number): MemoryPouch
