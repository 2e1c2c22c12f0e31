import { connectCouch, ensureDatabase, openDatabase, type CouchClient, type CouchRequest } from '@tidemark/service-kit'
import { startCentral, type Central } from '@tidemark/service-kit/test-support'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCase } from '../domain/conflict-case.ts'
import { openCaseDesk, type CaseDesk } from './case-desk.ts'

let central: Central
let client: CouchClient
beforeAll(async () => {
  central = await startCentral()
  client = connectCouch(central.url)
  await ensureDatabase(client, 'conflict-desk')
})
afterAll(() => central?.stop())

const at = '2026-11-22T09:00:00.000Z-0000-hq'

/** Two prices of one moment: no rule decides, a person does. */
function caseOf(sku: string) {
  const documentId = `product:${sku}`
  const suspect = { centralDatabase: 'catalog', database: 'catalog', storeId: 'hq', documentId }
  const leaf = (_rev: string, priceMinor: number, node: string) => {
    const changedAt = `2026-11-22T08:00:00.000Z-0000-${node}`
    return { _id: documentId, _rev, type: 'product', at: changedAt, priceMinor, fieldTimes: { priceMinor: changedAt } }
  }
  return openCase(suspect, [leaf('2-a', 119, 's001t01'), leaf('2-b', 129, 'hq')], at).conflict
}

/** A desk before whose first request that `isMeant` chooses something else happens. */
function deskInterrupted(isMeant: (request: CouchRequest) => boolean, meanwhile: () => Promise<void>): CaseDesk {
  let isOver = false
  const slow: CouchClient = {
    async request(schema, request) {
      if (!isOver && isMeant(request)) {
        isOver = true
        await meanwhile()
      }
      return client.request(schema, request)
    },
  }
  return openCaseDesk(openDatabase(slow, 'conflict-desk'), slow)
}

const ofStores = ({ path }: CouchRequest): boolean => path.startsWith('store-')
const writesDesk = ({ path, method }: CouchRequest): boolean => path.startsWith('conflict-desk') && method !== 'GET'

async function statuses(id: string): Promise<readonly unknown[]> {
  const names = ['conflict-desk', 'store-s001-conflicts']
  const found = await Promise.all(names.map((name) => openDatabase(client, name).get(id)))
  return found.map((document) => document?.['status'])
}

test('a case that one process opens while another closes it ends as closed in the stores too', async () => {
  const desk = openCaseDesk(openDatabase(client, 'conflict-desk'), client)
  const early = caseOf('early')
  const close = () => desk.close(early, 'revision 3-c stands', at)
  await desk.open(early, [])
  // Closed between what the slow one read at the desk and the copy that it writes.
  await deskInterrupted(ofStores, close).open(early, [])
  expect(await statuses(early._id)).toEqual(['resolved', 'resolved'])

  const late = caseOf('late')
  await desk.open(late, [])
  // Opened again by a look of before, between the copy that the closing one wrote and the desk.
  const closing = deskInterrupted(writesDesk, () => desk.open(late, []).then(() => undefined))
  await closing.close(late, 'revision 3-c stands', at)
  expect(await statuses(late._id)).toEqual(['resolved', 'resolved'])
})
