import { createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { canonicalHash, documentHash, type JournalEntry } from '@tidemark/contracts'
import { sampleTill, signToken } from '@tidemark/service-kit/test-support'
import { useHeadOffice } from '../test/head-office.ts'

const office = useHeadOffice()

function shift() {
  const till = sampleTill('s001-t01-1')
  const open = till.shiftOpen(10_000)
  const sale = till.sale([{ sku: 'milk', quantity: 4 }])
  const card = till.sale([{ sku: 'milk', quantity: 2 }], { card: true })
  const mistake = till.sale([{ sku: 'bread', quantity: 1, unitPriceMinor: 300 }])
  const voiding = till.void(mistake)
  const refund = till.refund(sale, [{ sku: 'milk', quantity: 1 }])
  const toBank = till.cash('out', 5000)
  const close = till.shiftClose(open, { expectedMinor: 5750, countedMinor: 5700 })
  return { till, sale, mistake, all: [open, sale, card, mistake, voiding, refund, toBank, close] }
}

test('a Z report counts the drawer of a shift, and a closed day has a certificate that late entries never change', async () => {
  const { till, mistake, all } = shift()
  const onTime = all.filter((entry) => entry !== mistake)
  await office.publish(onTime.toReversed())

  // One entry of the shift has not arrived: the report says so, and the certificate too.
  const before = (await office.get('/stores/s001/days/2026-11-22/report')).body
  expect(before).toMatchObject({
    day: {
      complete: false,
      terminals: [{ incarnation: 's001-t01-1', status: 'missing', missing: [[4, 4]], heardUpTo: 8, entries: 7 }],
      shifts: [{ missing: 1, expectedMinor: 10_000 + 1000 - 250 - 5000, countedMinor: 5700, differenceMinor: -50 }],
    },
    certificates: [],
  })
  const closed = await office.post('/stores/s001/days/2026-11-22/close')
  expect(closed).toMatchObject({ status: 201, body: { kind: 'close', ordinal: 0, complete: false } })
  expect((await office.post('/stores/s001/days/2026-11-22/close')).status).toBe(200)

  // Two weeks later.
  await office.publish([mistake])
  const late = (await office.get('/stores/s001/days/2026-11-22/report')).body
  expect(late).toMatchObject({
    day: { complete: true, totals: [{ grossMinor: 1250, sales: 2, voids: 1 }] },
    certificates: [closed.body],
    late: [{ incarnation: 's001-t01-1', entries: [[4, 4]], voided: [[4, 4]], receipts: ['S001-T01-1-000004'] }],
    cashDifferenceMinor: -50,
  })
  const addendum = await office.post('/stores/s001/days/2026-11-22/close')
  expect(addendum).toMatchObject({
    status: 201,
    body: {
      kind: 'addendum',
      ordinal: 1,
      complete: true,
      previousHash: closed.body['hash'],
      late: [{ entries: [[4, 4]] }],
    },
  })
  const after = (await office.get('/stores/s001/days/2026-11-22/report')).body
  expect(after).toMatchObject({ certificates: [closed.body, addendum.body], late: [] })
  expect((await office.get('/stores/s001/days/2026-11-22')).body).toMatchObject({ closed: true })

  // The next day tells nothing about this one.
  await office.publish([till.sale([{ sku: 'milk', quantity: 1 }], { businessDate: '2026-11-23' })])
  expect((await office.post('/stores/s001/days/2026-11-22/close')).status).toBe(200)
})

test('anybody can check a certificate, and the service tells a changed one', async () => {
  await office.publish([sampleTill('s002-t01-1').sale([{ sku: 'milk', quantity: 1 }])])
  const { body } = await office.post('/stores/s002/days/2026-11-22/close')
  const check = async (certificate: unknown) => (await office.post('/certificates/verify', certificate)).body
  expect(await check(body)).toEqual({ valid: true, problems: [] })

  // The README's procedure.
  const { hash, signature, ...signed } = body
  expect(canonicalHash(signed)).toBe(hash)
  const { body: published } = await office.get('/certificates/keys', '')
  const [key] = published['keys'] as { publicKey: string }[]
  const x = Buffer.from(key?.publicKey ?? '', 'base64').toString('base64url')
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  expect(verify(null, Buffer.from(String(hash), 'hex'), publicKey, Buffer.from(String(signature), 'base64'))).toBe(true)

  const changed = { ...body, complete: true, totals: [] }
  expect(await check(changed)).toEqual({ valid: false, problems: ['hash-wrong'] })
  expect(await check({ ...changed, hash: documentHash(changed) })).toEqual({
    valid: false,
    problems: ['signature-wrong'],
  })
  expect(await check({ ...body, publicKey: Buffer.alloc(32).toString('base64') })).toMatchObject({ valid: false })
  expect(await check({ ...body, issuedAt: '\ud800' })).toMatchObject({ problems: ['hash-wrong'] })
  const missing = await office.post('/certificates/verify', { hash: 'x' })
  expect(missing).toMatchObject({ status: 400 })
})

test('a till that was not heard is named, a day that has not begun is not closed, and closing is for managers', async () => {
  await office.central.request('PUT', '/catalog')
  for (const [lane, status] of [
    [1, 'enrolled'],
    [2, 'enrolled'],
    [3, 'revoked'],
  ] as const) {
    const incarnation = `s003-t0${lane}-1`
    await office.central.request('PUT', `/catalog/terminal:${incarnation}`, { incarnation, status })
  }
  await office.publish([sampleTill('s003-t01-1').sale([{ sku: 'milk', quantity: 1 }])])
  expect((await office.post('/stores/s003/days/2026-11-22/close')).body).toMatchObject({
    complete: false,
    terminals: [{ incarnation: 's003-t01-1', status: 'may-continue' }],
    notHeard: ['s003-t02-1'],
  })
  expect(await office.post('/stores/s003/days/2099-01-01/close')).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/params/date' }] },
  })
  const viewer = await signToken({ roles: ['viewer'] })
  expect((await office.post('/stores/s003/days/2026-11-22/close', undefined, viewer)).status).toBe(403)
})

test('totals of a period are by day, hour in the store’s zone, till, cashier, product and payment', async () => {
  await office.central.request('PUT', '/catalog')
  await office.central.request('PUT', '/catalog/store:s004', { timeZone: 'Asia/Kathmandu' })
  const [one, two] = [sampleTill('s004-t01-1'), sampleTill('s004-t02-1')]
  const entries: JournalEntry[] = [
    one.sale([{ sku: 'milk', quantity: 1 }], { cashier: 'anna', atMs: Date.parse('2026-11-22T09:10:00.000Z') }),
    one.sale([{ sku: 'milk', quantity: 2 }], { cashier: 'ben', atMs: Date.parse('2026-11-22T09:20:00.000Z') }),
    two.sale([{ sku: 'bread', quantity: 1 }], { card: true, businessDate: '2026-11-23' }),
  ]
  await office.publish(entries)
  const totals = async (path: string, query = 'from=2026-11-01&to=2026-11-30') => {
    const { status, body } = await office.get(`/stores/s004/totals${path}?${query}`)
    expect(status).toBe(200)
    return body['items'] as readonly Readonly<Record<string, unknown>>[]
  }
  const by = async (grouping: string) =>
    (await totals('', `from=2026-11-01&to=2026-11-30&by=${grouping}`)).map(({ key, grossMinor }) => [key, grossMinor])
  expect(await by('day')).toEqual([
    ['2026-11-22', 750],
    ['2026-11-23', 250],
  ])
  // 5:45 ahead of UTC: the two sales of one hour in London are in two hours there.
  expect(await by('hour')).toEqual([
    ['2026-11-22T14', 250],
    ['2026-11-22T15', 500],
    ['2026-11-23T14', 250],
  ])
  expect(await by('terminal')).toEqual([
    ['s004-t01', 750],
    ['s004-t02', 250],
  ])
  expect(await by('cashier')).toEqual([
    ['anna', 500],
    ['ben', 500],
  ])
  expect(await totals('/products')).toMatchObject([
    { sku: 'bread', quantity: 1, grossMinor: 250 },
    { sku: 'milk', quantity: 3, grossMinor: 750 },
  ])
  expect(await totals('/payments')).toMatchObject([
    { method: 'card', payments: 1, amountMinor: 250 },
    { method: 'cash', payments: 2, amountMinor: 750 },
  ])
  const mine = await signToken({ roles: ['viewer'], stores: ['s004'] })
  expect((await office.get('/totals?from=2026-11-01&to=2026-11-30', mine)).body['items']).toMatchObject([
    { key: 's004', grossMinor: 1000, sales: 3 },
  ])
  const backwards = await office.get('/stores/s004/totals?from=2026-11-02&to=2026-11-01&by=day')
  expect(backwards).toMatchObject({ status: 400, body: { problems: [{ field: '/query/to' }] } })
})
