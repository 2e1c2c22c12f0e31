/** Writes head office's data at central. What is there already stays as it is, so a second run changes nothing. */
import {
  centralDatabaseOf,
  checkDocument,
  databaseOfDocument,
  describeProblems,
  sharedCentralDatabase,
  type Product,
} from '@tidemark/contracts'
import nano from 'nano'
import { demoProducts } from './products.ts'
import { cashiers } from './people.ts'
import { openingDeliveries, storeDocument, taxRates, type DemoStore } from './store-documents.ts'

const batchSize = 500

type SeedDocument = { readonly _id: string } & Readonly<Record<string, unknown>>

export interface SeedResult {
  readonly written: number
  readonly present: number
}

/**
 * Seeds the shared catalogue and each store's opening deliveries. Throws an Error that names the document when one of them is not
 * a valid document or could not be stored.
 */
export async function seedCentral(
  couchdbUrl: string,
  stores: readonly DemoStore[],
  products: readonly Product[] = demoProducts(),
): Promise<SeedResult> {
  const central = nano(couchdbUrl)
  const catalogue = [...taxRates(), ...cashiers(), ...stores.map(storeDocument), ...products]
  const results = [await seedDatabase(central, sharedCentralDatabase, catalogue)]
  for (const store of stores) {
    const database = centralDatabaseOf(store.storeId, 'inventory')
    results.push(await seedDatabase(central, database, openingDeliveries(store, products)))
  }
  return {
    written: results.reduce((total, result) => total + result.written, 0),
    present: results.reduce((total, result) => total + result.present, 0),
  }
}

async function seedDatabase(
  central: nano.ServerScope,
  name: string,
  documents: readonly SeedDocument[],
): Promise<SeedResult> {
  for (const document of documents) requireValid(document)
  await ensureDatabase(central, name)
  const database = central.use<Record<string, unknown>>(name)
  let written = 0
  for (let start = 0; start < documents.length; start += batchSize) {
    const batch = documents.slice(start, start + batchSize)
    const missing = await missingOf(database, batch)
    if (missing.length > 0) written += await insertAll(database, missing)
  }
  return { written, present: documents.length - written }
}

async function missingOf(
  database: nano.DocumentScope<Record<string, unknown>>,
  batch: readonly SeedDocument[],
): Promise<SeedDocument[]> {
  const { rows } = await database.fetchRevs({ keys: batch.map((document) => document._id) })
  const present = new Set(rows.filter((row) => 'id' in row).map((row) => row.key))
  return batch.filter((document) => !present.has(document._id))
}

async function insertAll(
  database: nano.DocumentScope<Record<string, unknown>>,
  documents: readonly SeedDocument[],
): Promise<number> {
  const rows = await database.bulk({ docs: [...documents] })
  // A conflict means that someone else seeded it between the look and the write: it is there, which is what was wanted.
  const failed = rows.find((row) => row.error !== undefined && row.error !== 'conflict')
  if (failed !== undefined) throw new Error(`${failed.id} could not be stored: ${failed.error}: ${failed.reason}`)
  if (rows.length !== documents.length)
    throw new Error(`central answered ${rows.length} of ${documents.length} documents`)
  return rows.filter((row) => row.error === undefined).length
}

async function ensureDatabase(central: nano.ServerScope, name: string): Promise<void> {
  try {
    await central.db.create(name)
  } catch (error) {
    const exists = error instanceof Error && 'statusCode' in error && error.statusCode === 412
    if (!exists) throw error
  }
}

function requireValid(document: SeedDocument): void {
  const problems = checkDocument(databaseOfDocument(document) ?? '', document)
  if (problems.length > 0) throw new Error(`${document._id}: ${describeProblems(problems)}`)
}
