import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDocument } from '@tidemark/contracts'
import {
  runInProcess,
  sampleMovement,
  signToken,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { inventoryService } from './app.ts'

let central: Central
let nats: NatsServer
let inventory: TestService

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  for (const storeId of ['s001', 's002']) await central.request('PUT', `/store-${storeId}-inventory`)
  const delivery = sampleMovement(
    's001',
    1,
    [
      { sku: 'milk', quantity: 40 },
      { sku: 'tea', quantity: 9 },
    ],
    Date.now() - 60_000,
  )
  await central.request('POST', '/store-s001-inventory/_bulk_docs', { docs: [delivery] })
  inventory = await runInProcess(inventoryService, central, nats)
  await waitUntil('the delivery is in', async () => (await onHand('s001', 'milk')) === 40)
})

afterAll(async () => {
  await inventory?.service.stop()
  await Promise.all([central?.stop(), nats?.stop()])
})

async function onHand(storeId: string, sku: string): Promise<unknown> {
  return (await inventory.get(`/stores/${storeId}/stock/${sku}`)).body['onHand']
}

async function movementsOf(storeId: string): Promise<Record<string, unknown>[]> {
  const { rows } = await central.request('GET', `/store-${storeId}-inventory/_all_docs?include_docs=true`)
  const documents = (rows as { doc: Record<string, unknown> }[]).map(({ doc }) => doc)
  return documents.filter((doc) => doc['transfer'] !== undefined)
}

const id = '01J00000000000000000000001'
const dispatch = {
  id,
  from: 's001',
  to: 's002',
  lines: [
    { sku: 'milk', quantity: 10 },
    { sku: 'tea', quantity: 2 },
  ],
}

test('goods leave one store, arrive at the other as counted there, and the difference is kept; repeating changes nothing', async () => {
  expect(await inventory.send('POST', '/transfers', dispatch)).toMatchObject({
    status: 201,
    body: { status: 'dispatched' },
  })
  expect((await inventory.send('POST', '/transfers', dispatch)).status).toBe(201)
  expect((await inventory.send('POST', '/transfers', { ...dispatch, note: 'other' })).status).toBe(409)
  await waitUntil('they have left', async () => (await onHand('s001', 'milk')) === 30)
  expect(await onHand('s002', 'milk')).toBe(0)

  const path = `/transfers/${id}/receipt`
  const arrived = {
    lines: [
      { sku: 'milk', quantity: 9 },
      { sku: 'tea', quantity: 2 },
    ],
  }
  const received = await inventory.send('POST', path, arrived)
  expect(received).toMatchObject({
    status: 200,
    body: { status: 'received', differences: [{ sku: 'milk', difference: -1 }] },
  })
  expect((await inventory.send('POST', path, arrived)).body).toEqual(received.body)
  expect(
    (
      await inventory.send('POST', path, {
        lines: [
          { sku: 'milk', quantity: 8 },
          { sku: 'tea', quantity: 2 },
        ],
      })
    ).status,
  ).toBe(409)
  await waitUntil(
    'they have arrived',
    async () => (await onHand('s002', 'milk')) === 9 && (await onHand('s002', 'tea')) === 2,
  )

  const movements = [...(await movementsOf('s001')), ...(await movementsOf('s002'))]
  expect(movements.map(({ kind }) => kind)).toEqual(['transfer-out', 'transfer-in'])
  for (const movement of movements) expect(checkDocument('inventory', movement)).toEqual([])
  expect((await inventory.get('/stores/s002/transfers')).body['items']).toMatchObject([{ id, status: 'received' }])
})

test('a dispatch that was cut off before its movement is finished by the next round', async () => {
  const cutOff = '01J00000000000000000000002'
  await inventory.send('POST', '/transfers', { ...dispatch, id: cutOff })
  // As if the process had fallen before it wrote the movement and the new state.
  const stored = await central.request('GET', `/stock-office/transfer:${cutOff}`)
  const step = stored['dispatch'] as Record<string, unknown>
  const movementId = 'movement:01J00000000000000000000009'
  const before = { ...stored, status: 'dispatching', dispatch: { ...step, movementId } }
  await central.request('PUT', `/stock-office/transfer:${cutOff}`, before)
  await waitUntil(
    'it is dispatched',
    async () => (await inventory.get(`/transfers/${cutOff}`)).body['status'] === 'dispatched',
  )
  expect((await movementsOf('s001')).map(({ _id }) => _id)).toContain(movementId)
})

test('a bad transfer is refused by its field, and a store may only send its own and receive its own', async () => {
  const send = (change: object, token?: string) =>
    inventory.send('POST', '/transfers', { ...dispatch, id: undefined, ...change }, token)
  expect(await send({ to: 's001' })).toMatchObject({ status: 400, body: { problems: [{ field: '/body/to' }] } })
  expect((await send({ to: 's777' })).status).toBe(404)
  expect(
    await send({
      lines: [
        { sku: 'milk', quantity: 1 },
        { sku: 'unicorn', quantity: 1 },
      ],
    }),
  ).toMatchObject({
    status: 404,
    body: { problems: [{ field: '/body/lines/1/sku' }] },
  })
  expect(await send({ lines: [{ sku: 'milk', quantity: 0 }] })).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/body/lines/0/quantity' }] },
  })
  const [ofReceiver, ofOther] = await Promise.all([
    signToken({ roles: ['manager'], stores: ['s002'] }),
    signToken({ roles: ['manager'], stores: ['s003'] }),
  ])
  expect((await send({}, ofReceiver)).status).toBe(403)
  expect((await inventory.get(`/transfers/${id}`, ofReceiver)).status).toBe(200)
  expect((await inventory.get(`/transfers/${id}`, ofOther)).status).toBe(403)
  const path = `/transfers/${id}/receipt`
  expect(await inventory.send('POST', path, { lines: [{ sku: 'milk', quantity: 1 }] })).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/body/lines' }] },
  })
})
