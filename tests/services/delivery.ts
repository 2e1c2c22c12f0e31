/**
 * Brings documents to head office as bad lines do: in any order, some ten times, some to CouchDB long before NATS and some the other
 * way round, and some never to NATS at all.
 */
import { centralDatabaseOf, databaseOfDocument } from '@tidemark/contracts'
import type { HeadOffice } from './head-office.ts'
import type { Random } from './random.ts'
import { revisionOf } from './trade.ts'

export type SourceDocument = Readonly<Record<string, unknown>> & { readonly _id: string; readonly storeId: string }

/** One step: a document into CouchDB (`copy` 0), or one message about it. */
interface Step {
  readonly document: SourceDocument
  readonly copy: number
}

const neverPublished = 0.05
const tenTimes = 0.06
const stepsAtOnce = 100

/** Resolves when everything has arrived at CouchDB and in the stream. */
export async function deliver(
  { central, publisher }: HeadOffice,
  documents: readonly SourceDocument[],
  random: Random,
): Promise<void> {
  const steps = random.shuffle(documents.flatMap((document) => stepsOf(document, random)))
  for (let from = 0; from < steps.length; from += stepsAtOnce) {
    const batch = steps.slice(from, from + stepsAtOnce)
    const stored = batch.filter(({ copy }) => copy === 0).map(({ document }) => document)
    const published = batch.filter(({ copy }) => copy > 0)
    await Promise.all([
      ...[...Map.groupBy(stored, databaseAtCentral)].map(([database, docs]) => replicate(central, database, docs)),
      ...published.map(({ document, copy }) =>
        publisher.publish(document.storeId, document, { copy, rev: revisionOf(document) }),
      ),
    ])
  }
}

function stepsOf(document: SourceDocument, random: Random): readonly Step[] {
  const messages = random.chance(neverPublished) ? 0 : random.chance(tenTimes) ? 10 : 1
  return Array.from({ length: 1 + messages }, (_, copy) => ({ document, copy }))
}

function databaseAtCentral(document: SourceDocument): string {
  return centralDatabaseOf(document.storeId, databaseOfDocument(document) ?? '')
}

/** With the revision that the hub gave it. */
async function replicate(
  central: HeadOffice['central'],
  database: string,
  documents: readonly SourceDocument[],
): Promise<void> {
  await central.request('PUT', `/${database}`)
  const docs = documents.map((document) => ({ ...document, _rev: revisionOf(document) }))
  const refused: unknown = await central.request('POST', `/${database}/_bulk_docs`, { docs, new_edits: false })
  if (!Array.isArray(refused) || refused.length > 0) throw new Error(`${database} refused: ${JSON.stringify(refused)}`)
}
