/**
 * Stock built anew, from nothing but the stores' documents at central, beside the stock that is in use; and the two compared.
 *
 *     store-*-sales-*, store-*-inventory ──► the same handler ──► a database of its own ──► level by level ──► differences
 *
 * The stock in use is not touched, so nobody reads half a rebuild. Where it differs although nothing was on its way, the service
 * is to be stopped and its database deleted: at its start it makes it again, from the same documents by the same handler.
 */
import { Type, type Static } from 'typebox'
import { parseCentralDatabase } from '@tidemark/contracts'
import {
  checkSource,
  listDatabases,
  type CouchClient,
  type HandleBatch,
  type SourceDocument,
} from '@tidemark/service-kit'
import type { Stock, StockLevel } from '../stores/stock-store.ts'

export interface Progress {
  readonly documents: number
  /** Documents that there are to read. */
  readonly total: number
  /** Documents that are no valid source, such as one that breaks its schema. */
  readonly rejected: number
  readonly comparedSkus: number
}

export interface Difference {
  readonly storeId: string
  readonly sku: string
  readonly inUse: number
  readonly rebuilt: number
}

export interface BesideParts {
  readonly client: CouchClient
  readonly handle: HandleBatch
  readonly signal: AbortSignal
  readonly report: (progress: Progress) => void
}

interface Source {
  readonly name: string
  readonly storeId: string
  readonly database: string
}

const Sequence = Type.Union([Type.String(), Type.Number()])
const Info = Type.Object({ doc_count: Type.Integer() })
const Changes = Type.Object({
  results: Type.Array(
    Type.Object({
      id: Type.String(),
      deleted: Type.Optional(Type.Boolean()),
      doc: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
  last_seq: Sequence,
})

const changesPerRead = 500
const pairsPerRead = 500

/** Reads everything. Throws when a document can't be recorded, because a rebuild with a hole in it proves nothing. */
export async function readAllSources({ client, handle, signal, report }: BesideParts): Promise<Progress> {
  const sources = (await listDatabases(client)).flatMap(sourceOf)
  const infos = await Promise.all(sources.map(({ name }) => client.request(Info, { path: encodeURIComponent(name) })))
  const total = infos.reduce((sum, { doc_count }) => sum + doc_count, 0)
  let progress: Progress = { documents: 0, total, rejected: 0, comparedSkus: 0 }
  for (const source of sources) {
    let since: Static<typeof Sequence> = 0
    for (let isMore = true; isMore;) {
      signal.throwIfAborted()
      const { results, last_seq } = await readChanges(client, source.name, since)
      const checked = results
        .filter(({ id, deleted }) => !id.startsWith('_design/') && deleted !== true)
        .map(({ doc }) => checkSource(sourceDocument(source, doc ?? {})))
      const documents = checked.flatMap((result) => (result.ok ? [result.document] : []))
      const outcomes = documents.length === 0 ? [] : await handle(documents)
      const failed = outcomes.find(({ kind }) => kind === 'retry')
      if (failed?.kind === 'retry') throw new Error(`a document of ${source.name} was not recorded: ${failed.reason}`)
      progress = {
        ...progress,
        documents: progress.documents + checked.length,
        rejected: progress.rejected + checked.length - documents.length,
      }
      report(progress)
      since = last_seq
      isMore = results.length === changesPerRead
    }
  }
  return progress
}

/** Every SKU of every store that either of them knows. */
export async function compareStock(
  inUse: Stock,
  rebuilt: Stock,
  signal: AbortSignal,
  compared: (skus: number) => void,
): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  let skus = 0
  for await (const { storeId, sku } of eitherPairs(inUse, rebuilt)) {
    signal.throwIfAborted()
    const [used, fresh] = await Promise.all([inUse.level(storeId, sku), rebuilt.level(storeId, sku)])
    if (fingerprint(used) !== fingerprint(fresh)) {
      differences.push({ storeId, sku, inUse: used.onHand, rebuilt: fresh.onHand })
    }
    skus += 1
    compared(skus)
  }
  return differences
}

async function* eitherPairs(a: Stock, b: Stock): AsyncGenerator<{ storeId: string; sku: string }> {
  for (const [stock, known] of [
    [a, undefined],
    [b, a],
  ] as const) {
    for (let after: { sku: string; storeId: string } | undefined, isMore = true; isMore;) {
      const pairs = await stock.pairs(pairsPerRead, after)
      for (const pair of pairs) {
        // What the first knows has been compared already.
        if (known === undefined || !(await known.hasMoved(pair.storeId, pair.sku))) yield pair
      }
      after = pairs.at(-1)
      isMore = pairs.length === pairsPerRead
    }
  }
}

function fingerprint({ onHand, lastCount, changesSinceCount }: StockLevel): string {
  return JSON.stringify([onHand, lastCount?.at, lastCount?.quantity, changesSinceCount])
}

function readChanges(client: CouchClient, name: string, since: Static<typeof Sequence>) {
  const query = { since, limit: changesPerRead, include_docs: true }
  return client.request(Changes, { path: `${encodeURIComponent(name)}/_changes`, query })
}

function sourceOf(name: string): readonly Source[] {
  const parsed = parseCentralDatabase(name)
  const isSource = parsed?.entityClass === 'sales' || parsed?.entityClass === 'inventory'
  return parsed !== undefined && isSource ? [{ name, storeId: parsed.storeId, database: parsed.database }] : []
}

function sourceDocument({ storeId, database }: Source, document: Readonly<Record<string, unknown>>): SourceDocument {
  const rev = String(document['_rev'])
  return { storeId, database, rev, conflicts: [], deleted: false, document, source: 'reconciliation' }
}
