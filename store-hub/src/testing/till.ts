import { PouchDB, type PouchDatabase, type PouchDocument } from '../pouchdb/index.ts'

/** A till's side of the CouchDB protocol. */
export interface Till {
  database(name: string): PouchDatabase
  /** `_bulk_docs` with `new_edits: false`, as replication sends it; the answer as parsed JSON. */
  replicate(name: string, documents: readonly PouchDocument[]): Promise<BulkResult[]>
}

export interface BulkResult {
  readonly id: string
  readonly error?: string
  readonly reason?: string
}

export function connectTill(hubUrl: string, token: string): Till {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return {
    database: (name) =>
      new PouchDB(`${hubUrl}/db/${name}`, { adapter: 'http', headers: { authorization: headers.authorization } }),
    async replicate(name, documents) {
      const response = await fetch(`${hubUrl}/db/${name}/_bulk_docs`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ docs: documents, new_edits: false }),
      })
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
      return (await response.json()) as BulkResult[]
    },
  }
}
