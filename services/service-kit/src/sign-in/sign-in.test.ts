import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult, type JWTPayload } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { Type } from 'typebox'
import { startTelemetry } from '@tidemark/telemetry'
import { silentLogger } from '../../test/index.ts'
import { buildServiceApp, type ServiceApp } from '../http/service-app.ts'
import { createKeySource } from './key-source.ts'
import { createTokenVerifier } from './verify-token.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

interface Issuer {
  readonly keyId: string
  readonly keys: GenerateKeyPairResult
}

async function issuer(keyId: string): Promise<Issuer> {
  return { keyId, keys: await generateKeyPair('ES256') }
}

async function keySet(...issuers: Issuer[]): Promise<{ keys: object[] }> {
  return {
    keys: await Promise.all(
      issuers.map(async ({ keyId, keys }) => ({ ...(await exportJWK(keys.publicKey)), kid: keyId })),
    ),
  }
}

const anHourAhead = () => Math.floor(Date.now() / 1000) + 3600

function sign({ keyId, keys }: Issuer, claims: JWTPayload): Promise<string> {
  const payload = { sub: 'ann', roles: ['viewer'], exp: anHourAhead(), ...claims }
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: keyId }).sign(keys.privateKey)
}

function signWithoutEnd({ keyId, keys }: Issuer, iss: string): Promise<string> {
  const unending = new SignJWT({ sub: 'ann', roles: ['viewer'], iss })
  return unending.setProtectedHeader({ alg: 'ES256', kid: keyId }).sign(keys.privateKey)
}

async function keyFile(content: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-keys-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'jwks.json')
  await writeFile(file, JSON.stringify(content))
  return file
}

async function appWith(file: string): Promise<ServiceApp> {
  const app = await buildServiceApp({
    title: 'Test',
    description: '',
    telemetry: startTelemetry({ serviceName: 'test', otlpEndpoint: undefined }),
    logger: silentLogger,
    checks: {},
    verifyToken: createTokenVerifier({ kind: 'jwks', keys: { file }, issuer: 'head-office', audience: undefined }),
    requestsPerMinute: 20,
    isStopping: () => false,
  })
  undo.push(() => app.close())
  app.get('/plain', ({ principal }) => principal)
  app.post('/decide', { config: { roles: ['manager'] }, schema: { body: Type.Object({}) } }, () => ({}))
  app.get('/stores/:storeId/things', () => ({}))
  app.get('/things', () => ({}))
  return app
}

async function ask(app: ServiceApp, url: string, token?: string, method: 'GET' | 'POST' = 'GET') {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await app.inject({ method, url, headers })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json<Record<string, unknown>>() }
}

test('a route needs a good token, and each fault of a token is a 401 that names it', async () => {
  const ours = await issuer('ours')
  const app = await appWith(await keyFile(await keySet(ours)))
  const iss = 'head-office'
  expect(await ask(app, '/plain', await sign(ours, { iss, name: 'Ann' }))).toMatchObject({
    status: 200,
    body: { subject: 'ann', name: 'Ann', roles: ['viewer'] },
  })
  const faults: [string | undefined, RegExp][] = [
    [undefined, /missing/],
    ['nonsense', /not accepted/],
    [await sign(await issuer('ours'), { iss }), /signature/],
    [await sign(await issuer('theirs'), { iss }), /no applicable key/],
    [await sign(ours, { iss: 'elsewhere' }), /"iss"/],
    // The clocks may differ by 30 s.
    [await sign(ours, { iss, exp: Math.floor(Date.now() / 1000) - 60 }), /"exp"/],
    [await signWithoutEnd(ours, iss), /"exp"/],
    [await sign(ours, { iss, roles: 'admin' }), /claim \/roles/],
    [await sign(ours, { iss, stores: 's001' }), /claim \/stores/],
    [`${btoa('{"alg":"none"}')}.${btoa('{"sub":"ann","roles":["admin"]}')}.`.replaceAll('=', ''), /not accepted/],
  ]
  for (const [token, detail] of faults) {
    const answer = await ask(app, '/plain', token)
    expect(answer, String(detail)).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(answer.body['detail']).toMatch(detail)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  }
})

test('a route with roles is for those and for admins, before its body is looked at', async () => {
  const ours = await issuer('ours')
  const app = await appWith(await keyFile(await keySet(ours)))
  const as = (roles: string[]) => sign(ours, { iss: 'head-office', roles })
  expect(await ask(app, '/decide', await as(['viewer', 'auditor']), 'POST')).toMatchObject({
    status: 403,
    body: { code: 'forbidden', detail: 'this needs the role manager' },
  })
  expect((await ask(app, '/decide', await as(['manager']), 'POST')).status).toBe(400)
  expect((await ask(app, '/decide', await as(['admin']), 'POST')).status).toBe(400)
  // Roles for other systems are none here.
  expect((await ask(app, '/plain', await as(['baker']))).status).toBe(403)
})

test('a token for some stores opens those only, in path and query', async () => {
  const ours = await issuer('ours')
  const app = await appWith(await keyFile(await keySet(ours)))
  const token = await sign(ours, { iss: 'head-office', stores: ['s001'] })
  for (const [url, status] of [
    ['/stores/s001/things', 200],
    ['/stores/s002/things', 403],
    ['/stores/s0%30%32/things', 403],
    ['/things?storeId=s001', 200],
    ['/things?storeId=s001&storeId=s002', 403],
  ] as const) {
    expect((await ask(app, url, token)).status, url).toBe(status)
  }
})

test('health, metrics and documentation need no token; the documentation says who may do what', async () => {
  const app = await appWith(await keyFile(await keySet(await issuer('ours'))))
  for (const url of ['/health/live', '/docs', '/docs/json']) {
    expect((await app.inject({ url })).statusCode, url).toBe(200)
  }
  expect((await app.inject({ url: '/nowhere' })).statusCode).toBe(404)
  const { paths } = (await app.inject({ url: '/docs/json' })).json<{ paths: Record<string, object> }>()
  expect(paths['/decide']).toMatchObject({
    post: { security: [{ bearer: [] }], description: 'Roles: manager, admin.', responses: { 403: {} } },
  })
  expect(paths['/health/live']).toMatchObject({ get: { security: [] } })
})

test('a changed key file is taken up, and an unreadable one keeps the old keys in use', async () => {
  const [first, second] = [await issuer('first'), await issuer('second')]
  const file = await keyFile(await keySet(first))
  const verify = createTokenVerifier({ kind: 'jwks', keys: { file }, issuer: undefined, audience: undefined })
  expect(await verify(await sign(first, {}))).toMatchObject({ subject: 'ann' })
  await writeFile(`${file}.new`, JSON.stringify(await keySet(second)))
  await rename(`${file}.new`, file)
  await expect.poll(async () => verify(await sign(second, {}))).toMatchObject({ subject: 'ann' })
  await expect(verify(await sign(first, {}))).rejects.toThrow('no applicable key')
  await writeFile(file, '{ half')
  await sleep(2100)
  expect(await verify(await sign(second, {}))).toMatchObject({ subject: 'ann' })
})

test('keys from a URL are read once, again for an unknown key but not more often than the cool-down, and outlive the issuer', async () => {
  const [first, second] = [await issuer('first'), await issuer('second')]
  let published = await keySet(first)
  let readings = 0
  const server: Server = createServer((_request, response) => {
    readings += 1
    response.end(JSON.stringify(published))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as { port: number }).port
  let clock = 0
  const find = createKeySource({
    read: async () => (await fetch(`http://127.0.0.1:${port}/`)).json(),
    maxAgeMs: 600_000,
    maxStaleMs: 3_600_000,
    coolDownMs: 30_000,
    now: () => clock,
  })
  const key = (kid: string) => find({ alg: 'ES256', kid }, { payload: '', signature: '' })

  await Promise.all([key('first'), key('first')])
  expect(readings).toBe(1)
  published = await keySet(first, second)
  for (let attempt = 0; attempt < 5; attempt += 1) await expect(key('second')).rejects.toThrow('no applicable key')
  expect(readings).toBe(1)
  clock = 31_000
  await key('second')
  expect(readings).toBe(2)

  const url = `http://127.0.0.1:${port}/jwks.json`
  const verify = createTokenVerifier({ kind: 'jwks', keys: { url }, issuer: undefined, audience: undefined })
  expect(await verify(await sign(second, {}))).toMatchObject({ subject: 'ann' })

  server.closeAllConnections()
  server.close()
  const lonely = createTokenVerifier({ kind: 'jwks', keys: { url }, issuer: undefined, audience: undefined })
  await expect(lonely(await sign(second, {}))).rejects.toMatchObject({ name: 'UnavailableError' })
  clock = 1_000_000
  await key('second')
  clock = 5_000_000
  await expect(key('second')).rejects.toMatchObject({ name: 'UnavailableError', dependency: 'issuer' })
})

test('a browser’s socket brings its token as a protocol, which means nothing on other requests', async () => {
  const ours = await issuer('ours')
  const app = await appWith(await keyFile(await keySet(ours)))
  const protocols = { 'sec-websocket-protocol': `bearer, ${await sign(ours, { iss: 'head-office' })}` }
  const upgrade = { connection: 'upgrade', upgrade: 'websocket' }
  expect((await app.inject({ url: '/plain', headers: { ...protocols, ...upgrade } })).statusCode).toBe(200)
  expect((await app.inject({ url: '/plain', headers: protocols })).statusCode).toBe(401)
})

test('a caller that asks too often is told when to come back, and others are not held up', async () => {
  const ours = await issuer('ours')
  const app = await appWith(await keyFile(await keySet(ours)))
  const token = (sub: string) => sign(ours, { iss: 'head-office', sub })
  const [greedy, modest] = await Promise.all([token('greedy'), token('modest')])
  for (let count = 0; count < 20; count += 1) expect((await ask(app, '/plain', greedy)).status).toBe(200)
  const refused = await ask(app, '/things', greedy)
  expect(refused).toMatchObject({ status: 429, body: { code: 'too-many-requests' } })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect((await ask(app, '/plain', modest)).status).toBe(200)
  expect((await app.inject({ url: '/health/live' })).statusCode).toBe(200)
})

test('a sane request id of the caller is taken over into headers and problems, and any other is replaced', async () => {
  const app = await appWith(await keyFile(await keySet(await issuer('ours'))))
  const named = await app.inject({ url: '/plain', headers: { 'x-request-id': 'till-7.42' } })
  expect(named.headers['x-request-id']).toBe('till-7.42')
  expect(named.json()).toMatchObject({ status: 401, requestId: 'till-7.42' })
  const forged = await app.inject({ url: '/plain', headers: { 'x-request-id': 'a\tb' } })
  expect(forged.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})
