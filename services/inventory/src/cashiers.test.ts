import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDocument } from '@tidemark/contracts'
import { isPinOf } from '@tidemark/contracts/check-pin'
import {
  runInProcess,
  signToken,
  startCentral,
  startNatsServer,
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
  inventory = await runInProcess(inventoryService, central, nats)
  await central.request('PUT', '/catalog')
})

afterAll(async () => {
  await inventory?.service.stop()
  await Promise.all([central?.stop(), nats?.stop()])
})

test('head office gives a person a PIN that a till can check, and nobody is shown it', async () => {
  const anna = { name: 'Anna Berg', role: 'cashier', number: '7', stores: ['s001'], pin: '2468' }
  const made = await inventory.send('PUT', '/cashiers/anna', anna)
  expect(made).toMatchObject({ status: 200, body: { key: 'anna', hasPin: true, status: 'active', number: '7' } })
  expect(JSON.stringify([made.body, (await inventory.get('/cashiers')).body])).not.toMatch(/2468|argon2/)
  const stored = await central.request('GET', '/catalog/cashier:anna')
  expect(checkDocument('catalog', stored)).toEqual([])
  expect(await isPinOf(String(stored['pinVerifier']), '2468')).toBe(true)
  expect(await isPinOf(String(stored['pinVerifier']), '2469')).toBe(false)
})

test('a change without a PIN keeps the one they have, and what it leaves out is gone', async () => {
  const before = await central.request('GET', '/catalog/cashier:anna')
  const suspended = await inventory.send('PUT', '/cashiers/anna', {
    name: 'Anna Berg',
    role: 'manager',
    status: 'suspended',
  })
  expect(suspended).toMatchObject({ status: 200, body: { hasPin: true, role: 'manager', status: 'suspended' } })
  const after = await central.request('GET', '/catalog/cashier:anna')
  expect(after['pinVerifier']).toBe(before['pinVerifier'])
  expect(after['number']).toBeUndefined()
})

test('a PIN has four to eight digits, and only a manager of head office gives one', async () => {
  const wrong = await inventory.send('PUT', '/cashiers/ben', { name: 'Ben', role: 'cashier', pin: '12ab' })
  expect(wrong).toMatchObject({ status: 400, body: { problems: [{ field: '/body/pin' }] } })
  const viewer = await signToken({ roles: ['viewer'] })
  const refused = await inventory.send('PUT', '/cashiers/ben', { name: 'Ben', role: 'cashier', pin: '1234' }, viewer)
  expect(refused.status).toBe(403)
})
