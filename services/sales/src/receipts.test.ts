import { expect, test } from 'vitest'
import { documentHash, type JournalEntry } from '@tidemark/contracts'
import { sampleTill, signToken, waitUntil } from '@tidemark/service-kit/test-support'
import { useHeadOffice } from '../test/head-office.ts'

const office = useHeadOffice()

const receiptsOf = async (path: string, token?: string) =>
  ((await office.get(path, token)).body['items'] as { receipt: string }[]).map(({ receipt }) => receipt)

test('a receipt is found by its scanned code, and the receipts of a customer by their reference', async () => {
  const till = sampleTill('s001-t01-1')
  const mine = [1, 2, 3].map((quantity) => till.sale([{ sku: 'milk', quantity }], { customerReference: 'Card-17' }))
  const others = till.sale([{ sku: 'milk', quantity: 1 }], { customerReference: 'Card-170' })
  const elsewhere = sampleTill('s002-t01-1').sale([{ sku: 'milk', quantity: 1 }], { customerReference: 'card-17' })
  await office.publish([...mine, others, elsewhere].toReversed())

  expect(await receiptsOf('/receipts?code=%5DC1s001%2Ft01%2F1%2F000002')).toEqual(['S001-T01-1-000002'])
  const first = await office.get('/receipts?customer=card-17&limit=3')
  const next = await receiptsOf(`/receipts?customer=card-17&limit=3&cursor=${String(first.body['nextCursor'])}`)
  const found = (first.body['items'] as { receipt: string }[]).map(({ receipt }) => receipt)
  expect([...found, ...next].toSorted()).toEqual([
    'S001-T01-1-000001',
    'S001-T01-1-000002',
    'S001-T01-1-000003',
    'S002-T01-1-000001',
  ])
  const ofOneStore = await signToken({ roles: ['viewer'], stores: ['s002'] })
  expect(await receiptsOf('/receipts?customer=card-17', ofOneStore)).toEqual(['S002-T01-1-000001'])
  expect((await office.get('/receipts/S001-T01-1-000001', ofOneStore)).status).toBe(403)
  const foreign = Buffer.from(JSON.stringify('a')).toString('base64url')
  expect(await office.get(`/receipts?customer=card-17&cursor=${foreign}`)).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/query/cursor' }] },
  })
  expect(await office.get('/receipts')).toMatchObject({ status: 400, body: { problems: [{ field: '/query/code' }] } })
  expect(await office.get('/receipts?code=17')).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/query/code' }] },
  })
})

test('what does not hold is flagged and kept, whether it is an entry or not', async () => {
  const [good] = [sampleTill('s003-t01-1').sale([{ sku: 'milk', quantity: 1 }])]
  const sealed = { ...good, payments: [{ ...good.payments[0], amountMinor: 1 }] }
  const wrong = { ...sealed, hash: documentHash(sealed) }
  const shapeless = { ...good, _id: 'journal:s003-t01-1:000000002', number: 2, lines: 'none' }
  await office.writeAtCentral([wrong, shapeless])
  await waitUntil('both are flagged', async () => {
    const { body } = await office.get('/stores/s003/flags')
    return (body['items'] as unknown[] | undefined)?.length === 2
  })
  expect((await office.get('/stores/s003/flags')).body['items']).toMatchObject([
    {
      kind: 'flag',
      rule: 'payments',
      documentId: wrong._id,
      detail: expect.stringContaining('add up to 1, must be 250'),
    },
    { kind: 'rejected', documentId: shapeless._id, detail: expect.stringContaining('/lines') },
  ])
  const one = await office.get('/stores/s003/flags?limit=1')
  const two = await office.get(`/stores/s003/flags?limit=1&cursor=${String(one.body['nextCursor'])}`)
  expect([one, two].map(({ body }) => (body['items'] as { kind: string }[]).map(({ kind }) => kind))).toEqual([
    ['flag'],
    ['rejected'],
  ])
  expect((await office.get('/receipts/S003-T01-1-000001')).body).toMatchObject({
    verification: {
      amounts: 'wrong',
      hash: 'valid',
      findings: [{ field: '/payments' }, { field: '/payments/0/changeMinor' }],
    },
  })
  expect((await office.get('/stores/s003/days/2026-11-22')).body).toMatchObject({ sales: 1, grossMinor: 250 })
})

test('a period is exported whole, as a row for each line or as the entries themselves', async () => {
  const till = sampleTill('s004-t01-1')
  const odd = till.sale([{ sku: 'tea', quantity: 1 }], { cashier: '=anna, "the first"' })
  const entries: JournalEntry[] = [
    odd,
    till.shiftOpen(100),
    till.refund(odd, [{ sku: 'tea', quantity: 1 }]),
    till.void(odd),
  ]
  for (let count = 0; count < 450; count += 1) {
    const businessDate = count < 300 ? '2026-11-22' : '2026-11-23'
    entries.push(
      till.sale(
        [
          { sku: 'milk', quantity: 1 },
          { sku: 'bread', quantity: 2 },
        ],
        { businessDate },
      ),
    )
  }
  await office.publish(entries)
  const token = await signToken()
  const exported = async (format: string) => {
    const url = `${office.sales.service.address}/stores/s004/export?from=2026-11-01&to=2026-11-30&format=${format}`
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    return { type: response.headers.get('content-type'), text: await response.text() }
  }
  const csv = await exported('csv')
  expect(csv.type).toContain('text/csv')
  const rows = csv.text.split('\r\n')
  expect(rows).toHaveLength(1 + 2 + 900 + 2)
  expect(rows[1]).toBe(
    `S004-T01-1-000001,sale,s004,s004-t01,"'=anna, ""the first""",2026-11-22,2026-11-22T09:01:00.000Z,,true,EUR,1,tea,Product tea,1,` +
      'piece,250,0,standard,1900,210,40,250,',
  )
  expect(rows[2]).toContain(`,${odd._id},false,EUR,1,tea,Product tea,-1,`)
  expect(rows.at(-2)).toBe('#end,454')
  expect(JSON.parse((await exported('json')).text)).toEqual(entries)
  const lines = (await exported('ndjson')).text.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(entries)
})

test('what is recorded is told at once to who may see it', async () => {
  const token = await signToken({ roles: ['viewer'], stores: ['s005'] })
  const url = `${office.sales.service.address.replace('http', 'ws')}/live`
  const frames: Readonly<Record<string, unknown>>[] = []
  const socket = new WebSocket(url, ['bearer', token])
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))))
  await waitUntil('it is welcome', () => Promise.resolve(frames.length === 1))
  const seen = sampleTill('s005-t01-1').sale([{ sku: 'milk', quantity: 2 }])
  const hidden = sampleTill('s006-t01-1').sale([{ sku: 'milk', quantity: 2 }])
  await office.publish([hidden, seen])
  await office.publish([seen], 1)
  await waitUntil('it is told', () => Promise.resolve(frames.length === 2))
  expect(frames[1]).toMatchObject({ type: 'recorded', id: seen._id, grossMinor: 500, currency: 'EUR', storeId: 's005' })
  const closed = new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  socket.send('hello')
  expect(await closed).toBe(1008)

  const refused = new WebSocket(url, ['bearer', 'nonsense'])
  await new Promise((resolve) => refused.addEventListener('error', resolve))
  const other = new WebSocket(`${url}?storeId=s006`, ['bearer', token])
  await new Promise((resolve) => other.addEventListener('error', resolve))
})
