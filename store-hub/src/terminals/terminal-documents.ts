import {
  clockNodeOfHub,
  parseIncarnation,
  parseJournalId,
  salesPeriodOf,
  schemaVersion,
  terminalIdOf,
  type EnrolmentRequest,
  type Terminal,
} from '@tidemark/contracts'
import { pouchOf } from '../pouchdb/index.ts'
import type { PouchDatabase } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'

/** Every enrolment of the store, by incarnation. */
export async function readTerminals(catalog: PouchDatabase, storeId: string): Promise<Map<string, Terminal>> {
  const prefix = `terminal:${storeId}-`
  const { rows } = await catalog.allDocs({ startkey: prefix, endkey: `${prefix}\ufff0`, include_docs: true })
  const terminals = rows.map((row) => row.doc as unknown as Terminal)
  return new Map(terminals.map((terminal) => [terminal.incarnation, terminal]))
}

/** The highest ordinal of a till in enrolments or in receipts that the hub holds; 0 for a new till. */
export async function highestOrdinal(
  store: Store,
  terminals: ReadonlyMap<string, Terminal>,
  terminalId: string,
): Promise<number> {
  const known = [...terminals.keys()].filter((incarnation) => parseIncarnation(incarnation)?.terminalId === terminalId)
  for (const name of store.names().filter((name) => salesPeriodOf(name) !== undefined)) {
    const sales = pouchOf(store.database(name))
    if (sales !== undefined) known.push(...(await incarnationsWithReceipts(sales, terminalId)))
  }
  return Math.max(0, ...known.map((incarnation) => parseIncarnation(incarnation)?.ordinal ?? 0))
}

// Jumps from series to series, so it reads one row per incarnation and not one per receipt.
async function incarnationsWithReceipts(sales: PouchDatabase, terminalId: string): Promise<string[]> {
  const endkey = `journal:${terminalId}-\ufff0`
  const found: string[] = []
  for (let startkey = `journal:${terminalId}-`; ;) {
    const { rows } = await sales.allDocs({ startkey, endkey, limit: 1 })
    const incarnation = parseJournalId(rows[0]?.id ?? '')?.incarnation
    if (incarnation === undefined) return found
    found.push(incarnation)
    startkey = `journal:${incarnation}:\ufff0`
  }
}

/** A new enrolment. `at` is an HLC stamp. */
export function terminalDocument(enrolment: {
  readonly storeId: string
  readonly incarnation: string
  readonly request: EnrolmentRequest
  readonly at: string
}): Terminal {
  const { storeId, incarnation, request, at } = enrolment
  const { lane, label, publicKey } = request
  return {
    _id: `terminal:${incarnation}`,
    type: 'terminal',
    schemaVersion,
    storeId,
    at,
    by: { id: clockNodeOfHub(storeId), role: 'system' },
    terminalId: terminalIdOf(storeId, lane),
    incarnation,
    lane,
    ...(label !== undefined && { label }),
    status: 'enrolled',
    publicKey,
  }
}
