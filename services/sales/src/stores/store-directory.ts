/** The stores that head office knows: those that it has described, and those from which the ledger has an entry. */
import { Type } from 'typebox'
import { hubDatabaseOf, HubReport, hubReportId, schemaProblems, sharedCentralDatabase } from '@tidemark/contracts'
import { DatabaseMissingError, openDatabase, type CouchClient, type StoredDocument } from '@tidemark/service-kit'
import type { Ledger } from './ledger-store.ts'

export interface KnownStore {
  readonly storeId: string
  /** What head office has written about it; undefined for a store that only its sales tell of. */
  readonly document: StoredDocument | undefined
}

export interface StoreDirectory {
  /** By id. */
  list(): Promise<readonly KnownStore[]>
  /** The last report of the store's hub, with its revision; undefined for a hub that never reported. */
  report(storeId: string): Promise<(HubReport & { readonly _rev: string }) | undefined>
}

const StoreRows = Type.Object({
  rows: Type.Array(Type.Object({ id: Type.String(), doc: Type.Object({ _id: Type.String(), _rev: Type.String() }) })),
})

export function openStoreDirectory(client: CouchClient, ledger: Ledger): StoreDirectory {
  async function described(): Promise<Map<string, StoredDocument>> {
    const query = { startkey: 'store:', endkey: 'store:\ufff0', include_docs: true }
    const { rows } = await client
      .request(StoreRows, { path: `${sharedCentralDatabase}/_all_docs`, query })
      .catch(withoutCatalogue)
    return new Map(rows.map(({ id, doc }) => [id.slice('store:'.length), doc]))
  }

  return {
    async list() {
      const [documents, selling] = await Promise.all([described(), ledger.storeIds()])
      const ids = [...new Set([...documents.keys(), ...selling])].sort()
      return ids.map((storeId) => ({ storeId, document: documents.get(storeId) }))
    },
    async report(storeId) {
      try {
        const found = await openDatabase(client, hubDatabaseOf(storeId)).get(hubReportId)
        // A hub of another release may say it in another way: then it is one that does not report.
        if (found === undefined || schemaProblems(HubReport, found).length > 0) return undefined
        return found as unknown as HubReport & { readonly _rev: string }
      } catch (error) {
        if (error instanceof DatabaseMissingError) return undefined
        throw error
      }
    },
  }
}

function withoutCatalogue(error: unknown): { rows: [] } {
  if (error instanceof DatabaseMissingError) return { rows: [] }
  throw error
}
