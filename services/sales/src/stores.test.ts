import { expect, test } from 'vitest'
import type { HubReport } from '@tidemark/contracts'
import { sampleTill, signToken } from '@tidemark/service-kit/test-support'
import { useHeadOffice } from '../test/head-office.ts'

const office = useHeadOffice()

function reportAt(at: Date): HubReport {
  return {
    type: 'hub-report',
    storeId: 's001',
    name: 'Harbour Street',
    epoch: '0123456789abcdef0123456789abcdef',
    at: at.toISOString(),
    startedAt: at.toISOString(),
    everySeconds: 30,
    nats: 'up',
    classes: [
      {
        entityClass: 'sales',
        unsent: { documents: 3, since: at.toISOString() },
        unpublished: { documents: 0, since: null },
      },
    ],
    terminals: { enrolled: 2, connected: 1 },
    refusedDocuments: 1,
    openConflicts: 0,
  }
}

test('head office sees of every store when it was heard, how far behind it is, and which numbers are missing', async () => {
  const till = sampleTill('s001-t01-1')
  const entries = [1, 2, 3, 4].map((quantity) => till.sale([{ sku: 'milk', quantity }]))
  await office.publish(entries.filter((_, index) => index !== 1))
  await office.central.request('PUT', '/catalog')
  const store = { _id: 'store:s002', type: 'store', name: 'Old Mill', currency: 'EUR', timeZone: 'Europe/Dublin' }
  await office.central.request('POST', '/catalog/_bulk_docs', { docs: [store] })
  await office.central.request('PUT', '/store-s001-hub')
  await office.central.request('PUT', '/store-s001-hub/report', reportAt(new Date()))

  const { body } = await office.get('/stores')
  expect(body['items']).toMatchObject([
    {
      storeId: 's001',
      hub: {
        silent: false,
        classes: [{ entityClass: 'sales', unsent: { documents: 3 } }],
        terminals: { enrolled: 2, connected: 1 },
        refusedDocuments: 1,
      },
      ledger: { series: 1, entries: 3, missing: 1, faults: 0 },
    },
    {
      storeId: 's002',
      name: 'Old Mill',
      timeZone: 'Europe/Dublin',
      hub: null,
      ledger: { series: 0, missing: 0, lastHeardAt: null },
    },
  ])
  const first = await office.get('/stores?limit=1')
  const next = await office.get(`/stores?limit=1&cursor=${String(first.body['nextCursor'])}`)
  expect(next.body).toMatchObject({ items: [{ storeId: 's002' }], nextCursor: null })
  const ofOne = await signToken({ roles: ['viewer'], stores: ['s002'] })
  expect((await office.get('/stores', ofOne)).body['items']).toMatchObject([{ storeId: 's002' }])
})
