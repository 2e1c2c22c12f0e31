import { createHash } from 'node:crypto'
import path from 'node:path'
import {
  challengePath,
  challengeText,
  deviceKeyPath,
  makeDeviceKey,
  publicKeyOf,
  requestDeviceToken,
  salesDatabaseOf,
  tokenPath,
  type Challenge,
  type DeviceKeyPair,
  type Enrolment,
  type EnrolmentCode,
  type SyncLogEntry,
  type SyncLogEvent,
} from '@tidemark/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAdministratorToken } from '../administration/index.ts'
import { pouchOf } from '../pouchdb/index.ts'
import { openStore } from '../store/index.ts'
import {
  connectTill,
  enrolTill,
  eventually,
  makeSale,
  postToHub,
  startStore,
  type RunningHub,
  type StoreSystem,
} from '../testing/index.ts'
import { terminalDocument } from './terminal-documents.ts'

const salesDatabase = salesDatabaseOf(new Date().toISOString())

describe('who is let in', () => {
  let system: StoreSystem
  let hub: RunningHub
  beforeEach(async () => {
    system = await startStore()
  })
  afterEach(() => system.close())

  const post = (route: string, body: unknown, token?: string): Promise<Response> =>
    fetch(hub.url + route, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
  const statusWith = async (token: string): Promise<number> =>
    (await fetch(`${hub.url}/db/catalog`, { headers: { authorization: `Bearer ${token}` } })).status
  const answerTo = async (incarnation: string, challenge: Challenge, { privateKey }: DeviceKeyPair) => {
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
    const text = new TextEncoder().encode(challengeText(incarnation, challenge))
    const signature = Buffer.from(await crypto.subtle.sign(algorithm, privateKey, text)).toString('base64url')
    return { incarnation, nonce: challenge.nonce, signature }
  }
  const challengeOf = async (incarnation: string): Promise<Challenge> =>
    (await post(challengePath, { incarnation })).json() as Promise<Challenge>
  /** As it arrived at central. */
  const waitForLog = (event: Partial<SyncLogEvent> & { kind: string }): Promise<unknown> =>
    eventually(`the log says ${JSON.stringify(event)}`, async () => {
      const log = system.central.store.database('store-s001-sync-log')
      const rows = log?.list({ startKey: 'log:', endKey: 'log;', limit: 10_000, bodies: true }) ?? []
      const events = rows.map(({ body }) => (JSON.parse(body ?? '{}') as SyncLogEntry).event)
      return events.some((told) =>
        Object.entries(event).every(([name, value]) => (told as Record<string, unknown>)[name] === value),
      )
    })
  const enrolWithKey = async (lane: number, key: DeviceKeyPair): Promise<Enrolment> =>
    eventually('the hub enrols', async () => {
      const { response } = await enrolTill(hub.url, lane, '', key)
      return response.status === 201 && ((await response.json()) as Enrolment)
    })

  it('gives a token for a signed challenge, once, to the key of the till and to no other', async () => {
    hub = await system.startHub()
    const key = await makeDeviceKey()
    const { incarnation } = await enrolWithKey(1, key)
    const other = await enrolWithKey(2, await makeDeviceKey())

    const answer = await answerTo(incarnation, await challengeOf(incarnation), key)
    const good = await post(tokenPath, answer)
    expect(good.status).toBe(200)
    expect(await statusWith(((await good.json()) as { token: string }).token)).toBe(200)
    expect((await post(tokenPath, answer)).status).toBe(401)
    await waitForLog({ kind: 'tokens-issued', incarnation, count: 1 })
    await waitForLog({ kind: 'access-refused', reason: 'challenge-replayed', incarnation, count: 1 })

    const forged = await answerTo(incarnation, await challengeOf(incarnation), await makeDeviceKey())
    expect((await post(tokenPath, forged)).status).toBe(401)
    await waitForLog({ kind: 'access-refused', reason: 'signature-wrong', incarnation })
    // A challenge is of one till.
    const strange = await answerTo(other.incarnation, await challengeOf(incarnation), key)
    expect((await post(tokenPath, strange)).status).toBe(401)
    await waitForLog({ kind: 'access-refused', reason: 'challenge-unknown', incarnation: other.incarnation })
    expect((await post(challengePath, { incarnation: 's001-t77-1' })).status).toBe(401)
    await waitForLog({ kind: 'access-refused', reason: 'terminal-unknown' })

    // An enrolment whose answer was lost is the same when it is asked for again.
    const again = await enrolTill(hub.url, 1, '', key)
    expect([again.response.status, ((await again.response.json()) as Enrolment).incarnation]).toEqual([
      201,
      incarnation,
    ])
  })

  it('takes a token for as long as it lasts, over a restart too, and counts a flood of refusals instead of listing it', async () => {
    hub = await system.startHub()
    const lasting = await hub.enrolWhenReady(1)
    await hub.close()
    const lived = { tokenLifetimeMs: 3000 }
    hub = await system.startHub(lived)
    expect(await statusWith(lasting.token)).toBe(200)
    const till = await hub.enrolWhenReady(2)
    await eventually('the token ends', async () => (await statusWith(till.token)) === 401)
    await waitForLog({ kind: 'access-refused', reason: 'token-expired', incarnation: till.incarnation, count: 1 })
    for (let knock = 0; knock < 50; knock += 1) expect(await statusWith(till.token)).toBe(401)
    const { url } = hub
    await eventually('a new token is taken', async () => (await statusWith(await till.renew(url))) === 200)
    await hub.close()
    hub = await system.startHub(lived)
    await waitForLog({ kind: 'access-refused', reason: 'token-expired', incarnation: till.incarnation, count: 50 })
  })

  it('shuts a revoked till out at once: its token, its socket, its feeds and its next challenge', async () => {
    hub = await system.startHub()
    const till = await hub.enrolWhenReady(1)
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/ws`)
    const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    socket.send(JSON.stringify({ type: 'hello', token: till.token }))
    const feed = fetch(`${hub.url}/db/catalog/_changes?feed=continuous&heartbeat=1000&since=now`, {
      headers: { authorization: `Bearer ${till.token}` },
    }).then((response) => response.text())
    const catalog = await eventually('central has the catalogue', async () => {
      const database = system.central.store.database('catalog')
      return database !== undefined && pouchOf(database)
    })
    const enrolment = await eventually('central knows the till', () =>
      catalog.get(`terminal:${till.incarnation}`).catch(() => false as const),
    )
    await catalog.put({ ...enrolment, status: 'revoked', by: { id: 'hq7', role: 'head-office' } })
    expect(await closed).toBe(4401)
    await feed
    expect(await statusWith(till.token)).toBe(401)
    await expect(till.renew(hub.url)).rejects.toThrow('401')
    await waitForLog({ kind: 'access-refused', reason: 'terminal-revoked', incarnation: till.incarnation })
    await waitForLog({ kind: 'terminal-revoked', incarnation: till.incarnation, reason: 'by hq7' })
  })

  it('lets a till of an earlier release in with its bearer token, until it has told its key', async () => {
    const bearer = 'bearer-token-of-an-earlier-release-0123456789'
    const incarnation = 's001-t05-1'
    const key = await makeDeviceKey()
    const publicKey = await publicKeyOf(key)
    const { publicKey: _none, ...document } = terminalDocument({
      storeId: 's001',
      incarnation,
      request: { lane: 5, publicKey },
      at: `${new Date().toISOString()}-0000-s001hub`,
    })
    const store = await openStore({ directory: path.join(system.directory, 'hub') })
    await pouchOf(await store.create('catalog')).put(document)
    const hash = createHash('sha256').update(bearer).digest('hex')
    await pouchOf(await store.create('hub-state')).put({ _id: `token:${hash}`, incarnation })
    await store.close()

    hub = await system.startHub()
    await connectTill(hub.url, bearer)
      .database(salesDatabase)
      .put({ ...makeSale(incarnation, 1) })
    expect((await post(deviceKeyPath, { publicKey }, bearer)).status).toBe(204)
    expect(await statusWith(bearer)).toBe(401)
    expect((await post(deviceKeyPath, { publicKey }, bearer)).status).toBe(401)
    const { token } = await requestDeviceToken(postToHub(hub.url), incarnation, key)
    await connectTill(hub.url, token)
      .database(salesDatabase)
      .put({ ...makeSale(incarnation, 2) })
    await waitForLog({ kind: 'terminal-key-set', incarnation })
  })

  it('enrols a till with a manager’s code, which works once, and stops guessing', async () => {
    hub = await system.startHub({ enrolment: 'code' })
    const administrator = (await readAdministratorToken(path.join(system.directory, 'hub'))) ?? ''
    const made = await post('/api/admin/enrolment-codes', { by: 'Mona' }, administrator)
    const { code } = (await made.json()) as EnrolmentCode
    await waitForLog({ kind: 'enrolment-code-made', by: 'Mona' })
    const enrol = async (lane: number, given?: string): Promise<number> => {
      const publicKey = await publicKeyOf(await makeDeviceKey())
      return (await post('/api/terminals', { lane, publicKey, ...(given !== undefined && { code: given }) })).status
    }
    await eventually('the hub has heard from head office', async () => (await enrol(1)) === 403)
    const spoken = `${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`
    expect(await enrol(1, spoken)).toBe(201)
    // A lane that is taken uses no code up, and a code enrols one till.
    expect([await enrol(1, code), await enrol(2, code)]).toEqual([409, 403])
    await waitForLog({ kind: 'access-refused', reason: 'enrolment-code-wrong' })
    const guesses = await Promise.all(Array.from({ length: 30 }, (_, index) => enrol(2, `WRNG${1000 + index}`)))
    expect(guesses.filter((status) => status === 403)).toHaveLength(19)
    expect(guesses.filter((status) => status === 429)).toHaveLength(11)
    await waitForLog({ kind: 'access-refused', reason: 'enrolment-attempts-exceeded' })
    expect((await post('/api/admin/enrolment-codes', { by: 'x' }, 'not-the-token')).status).toBe(401)
  })
})
