/** Central, NATS and the conflicts service in this process, with what tests write and look at. */
import { Type } from 'typebox'
import {
  connectCouch,
  ensureDatabase,
  readLiveLeaves,
  type CouchClient,
  type StoredDocument,
} from '@tidemark/service-kit'
import {
  runInProcess,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { conflictsService } from '../src/app.ts'
import type { ConflictCase } from '../src/domain/conflict-case.ts'

export type Fields = Readonly<Record<string, unknown>>
/** A case as the service answers it. */
export type AnsweredCase = Omit<ConflictCase, '_id' | 'decision' | 'explanation'> & {
  readonly id: string
  readonly needsPerson: boolean
  readonly suggestion: Fields | null
  readonly explanation: readonly string[]
  readonly decision: { readonly kind: string; readonly rev: string; readonly by: { readonly id: string } } | null
}

export interface DeskSystem {
  readonly central: Central
  readonly nats: NatsServer
  readonly client: CouchClient
  readonly desk: TestService
  startAnother(): Promise<TestService>
  /** Writes a revision as replication does, with its history, newest first. */
  replicate(database: string, document: Fields, ...history: readonly string[]): Promise<void>
  leavesOf(database: string, documentId: string): Promise<readonly StoredDocument[]>
  casesOf(documentId: string): Promise<readonly AnsweredCase[]>
  /** Waits for the case of a document, open for a person or resolved. */
  caseOf(documentId: string, status: 'open' | 'resolved'): Promise<AnsweredCase>
  stop(): Promise<void>
}

export async function startDesk(): Promise<DeskSystem> {
  const [central, nats] = await Promise.all([startCentral(), startNatsServer()])
  const client = connectCouch(central.url)
  for (const name of ['catalog', 'store-s001-inventory', 'store-s001-conflicts']) await ensureDatabase(client, name)
  const started: TestService[] = []
  const startAnother = async (): Promise<TestService> => {
    const service = await runInProcess(conflictsService, central, nats)
    started.push(service)
    return service
  }
  const desk = await startAnother()

  async function casesOf(documentId: string): Promise<readonly AnsweredCase[]> {
    const { body } = await desk.get('/conflicts?limit=100')
    return (body['items'] as readonly AnsweredCase[]).filter((item) => item.documentId === documentId)
  }

  return {
    central,
    nats,
    client,
    desk,
    startAnother,
    async replicate(database, document, ...history) {
      const [tip = ''] = history
      const _revisions = { start: Number(tip.split('-')[0]), ids: history.map((rev) => rev.split('-')[1]) }
      const body = { docs: [{ ...document, _rev: tip, _revisions }], new_edits: false }
      await client.request(Type.Unknown(), { method: 'POST', path: `${database}/_bulk_docs`, body })
    },
    leavesOf: (database, documentId) => readLiveLeaves(client, database, documentId),
    casesOf,
    async caseOf(documentId, status) {
      let found: AnsweredCase | undefined
      await waitUntil(`${documentId} has a case that is ${status}`, async () => {
        found = (await casesOf(documentId)).find((item) => item.status === status)
        return found !== undefined && (status === 'resolved' || found.needsPerson)
      })
      if (found === undefined) throw new Error('unreachable: waitUntil throws')
      return found
    },
    async stop() {
      await Promise.all(started.map(({ service }) => service.stop()))
      await Promise.all([central.stop(), nats.stop()])
    },
  }
}

export const rev = (generation: number, letter: string): string => `${generation}-${letter.repeat(32)}`

export const stamp = (minute: number, node: string): string =>
  `2026-11-22T09:${String(minute).padStart(2, '0')}:00.000Z-0000-${node}`

/** A valid product. `changed` are fields with the time of `minute`. */
export function product(sku: string, minute: number, node: string, changed: Fields = {}): Fields & { _id: string } {
  const at = stamp(minute, node)
  return {
    _id: `product:${sku}`,
    type: 'product',
    schemaVersion: 1,
    storeId: 'hq',
    at,
    by: { id: node, role: 'manager' },
    sku,
    name: 'Milk',
    category: 'Dairy',
    barcodes: [],
    unit: 'piece',
    priceMinor: 100,
    currency: 'EUR',
    taxCode: 'reduced',
    status: 'active',
    ...changed,
    fieldTimes: Object.fromEntries(Object.keys(changed).map((name) => [name, at])),
  }
}

export function taxRate(code: string, minute: number, node: string, changed: Fields = {}): Fields & { _id: string } {
  const header = { schemaVersion: 1, storeId: 'hq', at: stamp(minute, node), by: { id: node, role: 'manager' } }
  return { _id: `tax-rate:${code}`, type: 'tax-rate', ...header, code, name: 'Food', rateBasisPoints: 700, ...changed }
}
