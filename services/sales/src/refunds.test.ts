import { expect, test } from 'vitest'
import type { Refund } from '@tidemark/contracts'
import { runInProcess, sampleTill, signToken, waitUntil } from '@tidemark/service-kit/test-support'
import { useHeadOffice } from '../test/head-office.ts'
import { salesService } from './app.ts'

const office = useHeadOffice()

const order = (receipt: string, requestId: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  receipt,
  requestId,
  reason: 'came back by post',
  ...fields,
})
const linesOf = (lineNumber: number, quantity: number) => ({ lines: [{ lineNumber, quantity }] })

test('head office refunds lines of a sale in a series of its own, which goes down to the store', async () => {
  const till = sampleTill('s001-t01-1')
  const sale = till.sale([
    { sku: 'milk', quantity: 3 },
    { sku: 'bread', quantity: 1, unitPriceMinor: 319 },
  ])
  await office.publish([sale])
  const first = await office.post('/stores/s001/refunds', order('S001-T01-1-000001', 'request-1', linesOf(1, 2)))
  expect(first).toMatchObject({ status: 201, body: { receipt: 'S001-T00-1-000001', repeated: false } })
  const refund = first.body['refund'] as Refund
  const stored = await office.central.request(
    'GET',
    `/store-s001-sales-${refund.businessDate.slice(0, 7)}/${encodeURIComponent(refund._id)}`,
  )
  expect(stored).toMatchObject({ ...refund, by: { role: 'head-office' }, refundOf: sale._id })

  // It counts at once, on the day on which it was made.
  expect((await office.get(`/stores/s001/days/${refund.businessDate}`)).body).toMatchObject({ refunds: 1 })
  expect((await office.get('/receipts/S001-T01-1-000001')).body).toMatchObject({ refundedBy: [refund._id] })

  const again = await office.post('/stores/s001/refunds', order('S001-T01-1-000001', 'request-1', linesOf(1, 2)))
  expect(again).toMatchObject({ status: 200, body: { repeated: true, refund: { _id: refund._id } } })

  const tooMany = await office.post('/stores/s001/refunds', order('S001-T01-1-000001', 'request-2', linesOf(1, 2)))
  expect(tooMany).toMatchObject({
    status: 422,
    body: {
      code: 'not-possible',
      problems: [
        { field: '/body/lines/0/quantity', message: 'line 1: sold 3, refunded 2 before, left 1, asked for 2' },
      ],
    },
  })
  const rest = await office.post('/stores/s001/refunds', order(sale._id, 'request-3'))
  expect(rest).toMatchObject({
    status: 201,
    body: { refund: { previousHash: refund.hash, totals: { grossMinor: 569 } } },
  })
  expect((await office.get('/stores/s001/series')).body['items']).toMatchObject([
    { incarnation: 's001-t00-1', last: 2, missing: [], faults: [] },
    { incarnation: 's001-t01-1' },
  ])
})

test('two people who refund one line at the same moment get one refund between them', async () => {
  const sale = sampleTill('s002-t01-1').sale([{ sku: 'milk', quantity: 1 }])
  await office.publish([sale])
  const requests = Array.from({ length: 6 }, (_, index) =>
    office.post('/stores/s002/refunds', order(sale._id, `together-${index}`)),
  )
  const statuses = (await Promise.all(requests)).map(({ status }) => status)
  expect(statuses.toSorted()).toEqual([201, 422, 422, 422, 422, 422])
})

test('two offline refunds of one line are both kept, and the later one is flagged whichever came first', async () => {
  const till = sampleTill('s003-t01-1')
  const other = sampleTill('s003-t02-1')
  const sale = till.sale([{ sku: 'milk', quantity: 1 }])
  const early = till.refund(sale, [{ sku: 'milk', quantity: 1 }], { atMs: Date.parse('2026-11-22T11:00:00.000Z') })
  const late = other.refund(sale, [{ sku: 'milk', quantity: 1 }], { atMs: Date.parse('2026-11-22T12:00:00.000Z') })
  await office.publish([late])
  await office.publish([sale])
  expect((await office.get('/stores/s003/flags')).body['items']).toEqual([])
  await office.publish([early])
  expect((await office.get('/stores/s003/flags')).body['items']).toMatchObject([
    { kind: 'flag', rule: 'over-refund', documentId: late._id, active: true },
  ])
  expect((await office.get('/stores/s003/days/2026-11-22')).body).toMatchObject({ refunds: 2, grossMinor: -250 })
  // One of the two is voided: what was wrong is settled, and stays to be seen.
  await office.publish([till.void(early)])
  expect((await office.get('/stores/s003/flags')).body['items']).toMatchObject([
    { documentId: late._id, active: false },
  ])
})

test('a refund that was claimed when the service ended is written by the next one, with its number', async () => {
  const sale = sampleTill('s004-t01-1').sale([{ sku: 'milk', quantity: 2 }])
  await office.publish([sale])
  const done = await office.post('/stores/s004/refunds', order(sale._id, 'request-a', linesOf(1, 1)))
  const refund = done.body['refund'] as Refund
  // As a crash leaves it: claimed, and nowhere else.
  const name = `store-s004-sales-${refund.businessDate.slice(0, 7)}`
  await office.central.request('DELETE', `/${name}`)
  const claim = await office.central.request('GET', '/sales-ledger/refund-claim:s004')
  await office.central.request('PUT', '/sales-ledger/refund-claim:s004', { ...claim, pending: refund })

  const second = await runInProcess(salesService, office.central, office.nats)
  await waitUntil('the claim is settled', async () => {
    return (await office.central.request('GET', '/sales-ledger/refund-claim:s004'))['pending'] === null
  })
  await second.service.stop()
  expect(await office.central.request('GET', `/${name}/${encodeURIComponent(refund._id)}`)).toMatchObject({
    number: 1,
    hash: refund.hash,
  })
})

test('a ledger that was lost goes on after the numbers that central has', async () => {
  const sale = sampleTill('s005-t01-1').sale([{ sku: 'milk', quantity: 2 }])
  await office.publish([sale])
  const first = await office.post('/stores/s005/refunds', order(sale._id, 'request-x', linesOf(1, 1)))
  const claim = await office.central.request('GET', '/sales-ledger/refund-claim:s005')
  await office.central.request('DELETE', `/sales-ledger/refund-claim:s005?rev=${String(claim['_rev'])}`)
  const second = await office.post('/stores/s005/refunds', order(sale._id, 'request-y', linesOf(1, 1)))
  expect(second.body['refund']).toMatchObject({ number: 2, previousHash: (first.body['refund'] as Refund).hash })
})

test('a ledger that is older than central does not give a number out twice', async () => {
  const sale = sampleTill('s007-t01-1').sale([{ sku: 'milk', quantity: 3 }])
  await office.publish([sale])
  const ask = (requestId: string) => office.post('/stores/s007/refunds', order(sale._id, requestId, linesOf(1, 1)))
  await ask('request-1')
  const old = await office.central.request('GET', '/sales-ledger/refund-claim:s007')
  const second = (await ask('request-2')).body['refund'] as Refund
  const present = await office.central.request('GET', '/sales-ledger/refund-claim:s007')
  await office.central.request('PUT', '/sales-ledger/refund-claim:s007', { ...old, _rev: present['_rev'] })
  const third = await ask('request-3')
  expect(third).toMatchObject({ status: 201, body: { refund: { number: 3, previousHash: second.hash } } })
  expect((await office.get('/stores/s007/series')).body['items']).toMatchObject([
    { last: 3, missing: [], faults: [] },
    {},
  ])
})

test('CouchDB itself refuses to change what the ledger has recorded', async () => {
  const sale = sampleTill('s008-t01-1').sale([{ sku: 'milk', quantity: 3 }])
  await office.publish([sale])
  const path = `/sales-ledger/${encodeURIComponent(sale._id)}`
  const recorded = await office.central.request('GET', path)
  expect(await office.central.request('PUT', path, { ...recorded, businessDate: '2026-11-23' })).toMatchObject({
    error: 'forbidden',
  })
  expect(await office.central.request('DELETE', `${path}?rev=${String(recorded['_rev'])}`)).toMatchObject({
    error: 'forbidden',
  })
})

test('a refund is for managers of the store, and of sales that are there', async () => {
  const till = sampleTill('s006-t01-1')
  const sale = till.sale([{ sku: 'milk', quantity: 1 }])
  const voided = till.sale([{ sku: 'milk', quantity: 1 }])
  await office.publish([sale, voided, till.void(voided)])
  const body = order(sale._id, 'request-1')
  const ask = async (claims: Parameters<typeof signToken>[0]) =>
    (await office.post('/stores/s006/refunds', body, await signToken(claims))).status
  expect(await ask({ roles: ['viewer'] })).toBe(403)
  expect(await ask({ roles: ['manager'], stores: ['s001'] })).toBe(403)
  expect((await office.post('/stores/s006/refunds', body, '')).status).toBe(401)
  const fields = async (path: string, sent: unknown) => {
    const { status, body: answer } = await office.post(path, sent)
    return [status, (answer['problems'] as { field: string }[] | undefined)?.map(({ field }) => field)]
  }
  const wrong = { ...body, lines: [{ lineNumber: 1, quantity: 0 }] }
  expect(await fields('/stores/s006/refunds', wrong)).toEqual([400, ['/body/lines/0/quantity']])
  expect(await fields('/stores/s006/refunds', { ...body, amount: 5 })).toEqual([400, ['/body/amount']])
  expect(await fields('/stores/s006/refunds', { ...body, receipt: '17' })).toEqual([400, ['/body/receipt']])
  expect(await fields('/stores/s006/refunds', order(voided._id, 'request-2'))).toEqual([422, ['/body/receipt']])
  expect(await fields('/stores/s006/refunds', order('S006-T01-1-000009', 'request-3'))).toEqual([404, undefined])
  expect(await fields('/stores/s999/refunds', body)).toEqual([404, undefined])
})
