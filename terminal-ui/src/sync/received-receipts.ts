/**
 * What other lanes of the store, and head office, have recorded comes down for looking up, refunds and voids that name it.
 *
 *     hub: sales-2026-11 ──changes that are not this till's──► received-2026-11      this till's journal: sales-2026-11
 *
 * 1. It lies in databases of its own. The journal holds this till's entries alone, so its head, its queue and what is sent stay
 *    what they are, and an own entry is never taken from the hub in place of sending it.
 * 2. One request brings a page, and the position moves when the page is stored. A page that comes twice changes nothing.
 * 3. A run brings a few pages; the rest waits for the next one, so that a month of receipts can't hold up a sale.
 */
import { salesDatabaseOf } from '@tidemark/contracts'
import type { Database, StoredDocument } from '../data/pouch-types.ts'
import type { SyncPositions } from '../data/sync-positions.ts'
import { pageSize, readPage, storeFetched } from './pull-database.ts'

const pagesPerRun = 2

export interface ReceiveInput {
  readonly positions: SyncPositions
  readonly local: Database
  readonly remote: Database
  /** Epoch of the hub's store: a position of another one counts for nothing. */
  readonly epoch: string
  /** This till's own series, which does not come down. */
  readonly incarnation: string
  /** Called with each document before it is stored. */
  readonly noteCorrection: (document: StoredDocument) => Promise<void>
}

export interface Received {
  readonly documents: readonly StoredDocument[]
  /** The hub's sequence up to which everything is here. */
  readonly upTo: string | number
  /** There is more at the hub. */
  readonly hasMore: boolean
}

export async function receiveReceipts(input: ReceiveInput): Promise<Received> {
  const { positions, local, remote, epoch, incarnation } = input
  const position = await positions.readReceived(local.name)
  let since: string | number = position?.epoch === epoch ? position.sequence : 0
  const documents: StoredDocument[] = []
  const selector = { type: { $in: ['sale', 'refund', 'void'] }, incarnation: { $ne: incarnation } }
  for (let page = 0; page < pagesPerRun; page += 1) {
    const changes = await readPage(remote, { since, include_docs: true, selector })
    // Nobody has sold anything in that month.
    if (changes === undefined) return { documents, upTo: since, hasMore: false }
    const bodies = changes.results.flatMap(({ doc }) => doc ?? [])
    // The hints first: what is found under a receipt is what has come down.
    for (const body of bodies) await input.noteCorrection(body)
    await storeFetched(local, bodies)
    documents.push(...bodies)
    if (changes.last_seq !== since) await positions.writeReceived(local.name, { sequence: changes.last_seq, epoch })
    since = changes.last_seq
    if (changes.results.length < pageSize) return { documents, upTo: since, hasMore: false }
  }
  return { documents, upTo: since, hasMore: true }
}

/** The months whose receipts a till looks up: this one and the one before, newest first. */
export function receivedPeriods(now: Date): readonly [current: string, before: string] {
  const before = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1))
  const nameOf = (date: Date) => salesDatabaseOf(date.toISOString().slice(0, 10))
  return [nameOf(now), nameOf(before)]
}
