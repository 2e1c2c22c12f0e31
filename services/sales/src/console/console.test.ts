import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  runInProcess,
  signToken,
  startCentral,
  startNatsServer,
  type Central,
  type NatsServer,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { createSalesService } from '../app.ts'
import { loadConfig } from '../config.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-console-'))
let parts: { central: Central; nats: NatsServer; other: FastifyInstance; sales: TestService }

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>')
  writeFileSync(join(folder, 'assets', 'main-Abcd1234.js'), 'export {}')
  const [central, nats] = await Promise.all([startCentral(), startNatsServer()])
  const other = fastify()
  other.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))
  other.all('/*', async ({ url, method, headers, body }) => {
    let bytes = 0
    if (body !== null && typeof body === 'object' && Symbol.asyncIterator in body) {
      for await (const chunk of body as AsyncIterable<Uint8Array>) bytes += chunk.length
    }
    return { url, method, authorization: headers.authorization, requestId: headers['x-request-id'], bytes }
  })
  const address = await other.listen({ host: '127.0.0.1', port: 0 })
  const services = { inventory: address, conflicts: address, 'sync-log': 'http://127.0.0.1:9' }
  const config = { directory: folder, services, signInUrl: 'http://127.0.0.1:4700/demo/token' }
  parts = { central, nats, other, sales: await runInProcess(createSalesService({ console: config }), central, nats) }
})

afterAll(async () => {
  await parts?.sales.service.stop()
  await parts?.other.close()
  await Promise.all([parts?.central.stop(), parts?.nats.stop()])
  rmSync(folder, { recursive: true })
})

test('its files need no token and come with a strict policy; what has a hash in its name is kept for ever', async () => {
  const page = await fetch(`${parts.sales.service.address}/console/`)
  expect(page.status).toBe(200)
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'self'")
  expect(policy).toContain('http://127.0.0.1:4700')
  expect(policy).not.toContain('unsafe')
  expect(page.headers.get('cache-control')).toBe('no-cache')
  const script = await fetch(`${parts.sales.service.address}/console/assets/main-Abcd1234.js`)
  expect(script.headers.get('cache-control')).toContain('immutable')
  expect((await fetch(`${parts.sales.service.address}/console/assets/none.js`)).status).toBe(404)
  expect((await parts.sales.get('/console/settings.json', '')).body).toEqual({
    signIn: { kind: 'demo', url: 'http://127.0.0.1:4700/demo/token' },
  })
})

test('the other services are asked with the caller’s token, paths and files as they are; without a token nobody is asked', async () => {
  const path = '/conflicts/conflict%3Acatalog%3Aproduct%3Aa%2Fb/undo?x=%C3%BC'
  expect((await parts.sales.get(`/console/api/conflicts${path}`, '')).status).toBe(401)
  const token = await signToken({ roles: ['viewer'] })
  expect((await parts.sales.get(`/console/api/conflicts${path}`, token)).body).toMatchObject({
    url: path,
    method: 'GET',
    authorization: `Bearer ${token}`,
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  const file = 'x'.repeat(3_000_000)
  const sent = await fetch(`${parts.sales.service.address}/console/api/inventory/imports?format=csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
    body: file,
  })
  expect(await sent.json()).toMatchObject({ method: 'POST', bytes: file.length })
})

test('a service that does not answer is named', async () => {
  expect(await parts.sales.get('/console/api/sync-log/chain')).toMatchObject({
    status: 503,
    body: { code: 'unavailable', detail: 'sync-log is not reachable' },
  })
})

test('a console needs all three addresses, and none of them means no console', () => {
  const env = { PORT: '1', COUCHDB_URL: 'http://a', NATS_URL: 'nats://a', AUTH: 'off' }
  expect(loadConfig(env)).toMatchObject({ ok: true, config: { console: undefined } })
  const some = loadConfig({ ...env, INVENTORY_URL: 'http://a', CONFLICTS_URL: 'ftp://a' })
  expect(some).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('CONFLICTS_URL'), expect.stringContaining('SYNC_LOG_URL')],
  })
})
