/**
 * Reads the journal that the browser holds straight from IndexedDB, past the till's own code: what it says of itself is no proof.
 * Source of the layout: pouchdb-adapter-idb keeps each revision's body in the object store `by-sequence`.
 */
import type { Page } from 'playwright-core'

export interface StoredEntry {
  readonly id: string
  readonly number: number
  readonly hash: string
  readonly previousHash: string
}

// The function below runs in the page. What it uses of the browser is declared here, since this folder is compiled for Node.
interface PageRequest<Result> {
  readonly result: Result
  readonly error: unknown
  addEventListener(type: 'success' | 'error', listener: () => void): void
}
interface PageDatabase {
  transaction(store: string): { objectStore(name: string): { getAll(): PageRequest<Record<string, unknown>[]> } }
  close(): void
}
declare const indexedDB: {
  databases(): Promise<{ name?: string }[]>
  open(name: string): PageRequest<PageDatabase>
}

/** Journal entries of every `sales-…` database of the page's origin, by number. */
export async function readBrowserJournal(page: Page): Promise<StoredEntry[]> {
  const bodies = await page.evaluate(async () => {
    const settled = <Result>(request: PageRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result))
        request.addEventListener('error', () => reject(request.error))
      })
    const databases = await indexedDB.databases()
    const names = databases.map(({ name }) => name ?? '').filter((name) => /^_pouch_.*sales-\d{4}-\d{2}$/.test(name))
    const found: Record<string, unknown>[] = []
    for (const name of names) {
      const database = await settled(indexedDB.open(name))
      found.push(...(await settled(database.transaction('by-sequence').objectStore('by-sequence').getAll())))
      database.close()
    }
    return found
  })
  return bodies
    .map((body) => ({
      // `_doc_id_rev` is `<id>::<revision>`.
      id: String(body['_doc_id_rev']).split('::')[0] ?? '',
      number: Number(body['number']),
      hash: String(body['hash']),
      previousHash: String(body['previousHash']),
    }))
    .filter((entry) => entry.id.startsWith('journal:'))
    .sort((a, b) => a.number - b.number)
}
