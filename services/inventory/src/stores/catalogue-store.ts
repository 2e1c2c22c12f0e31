/**
 * The shared catalogue at central, from where it replicates down to the stores.
 *
 * Barcodes belong to one product. CouchDB has no unique index, so whoever writes barcodes asks and writes in one turn: turns of
 * this process follow one another. What a store writes at the same time is found by the next edit of either product.
 */
import { Type } from 'typebox'
import {
  createClock,
  describeProblems,
  HEAD_OFFICE,
  Product,
  schemaProblems,
  sharedCentralDatabase,
  type Signature,
} from '@tidemark/contracts'
import type { CouchClient, NewDocument, Principal, StoredDocument, WriteOutcome } from '@tidemark/service-kit'
import { headOfficeAuthor } from '../domain/head-office-author.ts'
import type { CatalogueView, ProductProposal } from '../domain/plan-products.ts'
import { catalogueDesign, catalogueDesignName } from './design/catalogue-views.ts'
import { withDatabase } from './office-database.ts'

export interface Catalogue {
  /** Waits for its turn; nothing else of this process writes to the catalogue meanwhile. */
  inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer>
  get(id: string): Promise<StoredDocument | undefined>
  /** Everything that the proposals name. At most 500 proposals. */
  viewOf(proposals: readonly ProductProposal[]): Promise<CatalogueView>
  /** Documents with `_rev` replace that revision; an outcome for each, in order. */
  save(documents: readonly NewDocument[]): Promise<readonly WriteOutcome[]>
  /** SKUs that have the barcode. */
  ownersOf(barcode: string): Promise<readonly string[]>
  /** By id, from behind `afterId`, of one type. */
  list(type: string, limit: number, afterId: string | undefined): Promise<readonly StoredDocument[]>
  /** Price changes that are due at a time and not applied, the earliest first. */
  duePriceChanges(now: Date, limit: number): Promise<readonly StoredDocument[]>
  /** A stamp after those given. */
  sign(principal: Pick<Principal, 'subject' | 'name'>, ...after: readonly string[]): Signature
}

const BarcodeRow = Type.Object({ key: Type.String(), value: Type.String() })
const Range = Type.Object({
  rows: Type.Array(Type.Object({ doc: Type.Object({ _id: Type.String(), _rev: Type.String() }) })),
})
const keysPerQuery = 500

export function openCatalogue(client: CouchClient): Catalogue {
  const withCatalogue = withDatabase(client, sharedCentralDatabase, [catalogueDesign])
  const clock = createClock(HEAD_OFFICE, Date.now)
  let lastTurn: Promise<unknown> = Promise.resolve()

  async function barcodeOwners(barcodes: readonly string[]): Promise<Map<string, string[]>> {
    const owners = new Map<string, string[]>()
    for (let from = 0; from < barcodes.length; from += keysPerQuery) {
      const keys = barcodes.slice(from, from + keysPerQuery)
      const rows = await withCatalogue((database) => database.view(catalogueDesignName, 'barcodes', { keys }))
      for (const row of rows) {
        const problems = schemaProblems(BarcodeRow, row)
        if (problems.length > 0) throw new Error(`unexpected row of a view: ${describeProblems(problems)}`)
        const [key, value] = [String(row.key), String(row.value)]
        owners.set(key, [...(owners.get(key) ?? []), value])
      }
    }
    return owners
  }

  return {
    inTurn(work) {
      const turn = lastTurn.then(work)
      lastTurn = turn.catch(() => undefined)
      return turn
    },
    get: (id) => withCatalogue((database) => database.get(id)),
    async viewOf(proposals) {
      const ids = proposals.map(({ sku }) => `product:${sku}`)
      const taxIds = new Set(proposals.map(({ fields }) => `tax-rate:${String(fields['taxCode'])}`))
      const barcodes = new Set(proposals.flatMap(({ fields }) => barcodesIn(fields)))
      const [found, taxRates, owners] = await Promise.all([
        withCatalogue((database) => database.getMany(ids)),
        withCatalogue((database) => database.getMany([...taxIds])),
        barcodeOwners([...barcodes]),
      ])
      return {
        products: new Map(
          [...found.values()].map((product) => [String(product['sku']), product as unknown as Product]),
        ),
        barcodeOwners: owners,
        taxCodes: new Set([...taxRates.keys()].map((id) => id.slice('tax-rate:'.length))),
      }
    },
    save: (documents) => withCatalogue((database) => database.bulkInsert(documents)),
    async ownersOf(barcode) {
      return (await barcodeOwners([barcode])).get(barcode) ?? []
    },
    async list(type, limit, afterId) {
      const { rows } = await withCatalogue((database) =>
        client.request(Range, {
          path: `${database.name}/_all_docs`,
          query: {
            include_docs: true,
            limit,
            // A space sorts before everything that an id may hold.
            startkey: afterId === undefined ? `${type}:` : `${afterId} `,
            endkey: `${type}:\ufff0`,
          },
        }),
      )
      return rows.map(({ doc }) => doc)
    },
    async duePriceChanges(now, limit) {
      const rows = await withCatalogue((database) =>
        database.view(catalogueDesignName, 'price_changes', {
          endKey: now.toISOString(),
          includeDocuments: true,
          limit,
        }),
      )
      return rows.map(({ doc }) => doc as StoredDocument)
    },
    sign(principal, ...after) {
      for (const stamp of after) clock.observe(stamp)
      return { at: clock.now(), by: headOfficeAuthor(principal) }
    },
  }
}

function barcodesIn({ barcodes }: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(barcodes) ? barcodes.filter((barcode) => typeof barcode === 'string') : []
}
