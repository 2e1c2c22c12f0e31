import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClock } from '@tidemark/contracts'
import fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { couchServer, couchServerRouting, type CouchPrincipal } from '../couch-server/index.ts'
import { createDelegatedWrites } from '../delegated-writes/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { openSyncLog, type SyncLog } from '../sync-log/index.ts'
import { createOffers, keepRefused, openQuarantine, type Quarantine } from './index.ts'

const logger = pino({ level: 'silent' })
const till: CouchPrincipal = { name: 's001-t01-1', roles: ['terminal'] }
const rev = '1-0123456789abcdef0123456789abcdef'
let directory: string
let store: Store
let syncLog: SyncLog
let app: FastifyInstance
let quarantine: Quarantine
let offer: ReturnType<typeof createOffers>['offer']
/** Why the rules refuse everything; undefined when they don't. */
let refusal: string | undefined
let writers: Set<string>

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'offers-'))
  store = await openStore({ directory })
  await store.create('inventory')
  syncLog = await openSyncLog({ store, storeId: 's001', clock: createClock('s001hub', Date.now), directory, logger })
  quarantine = await openQuarantine({ store, syncLog, logger, limits: { cases: 4, bytes: 1_000_000 } })
  refusal = 'the day is not open yet'
  writers = new Set(['s001-t01-1'])
  app = fastify(couchServerRouting)
  const writes = createDelegatedWrites<CouchPrincipal>(app)
  const offers = createOffers({ writes, quarantine, senderOf: (origin) => (writers.has(origin) ? till : undefined) })
  offer = offers.offer
  await app.register(
    couchServer({
      store,
      access: {
        authenticate: (request) =>
          writes.principalOf(request) ?? (request.headers.authorization === 'Bearer till' ? till : undefined),
      },
      validateDocument: () => (refusal === undefined ? undefined : { error: 'forbidden', reason: refusal }),
      onRefused: ({ principal, database, replicated, documents }) =>
        keepRefused(quarantine, { database, origin: principal.name ?? '', replicated, documents }),
      onAccepted: ({ database, documents }) =>
        quarantine.accepted({ database, by: 'hub', ids: documents.map(({ id }) => id) }),
    }),
    { prefix: '/db' },
  )
})
afterEach(async () => {
  await app.close()
  await quarantine.close()
  await syncLog.close()
  await store.close()
  await rm(directory, { recursive: true })
})

const send = (payload: string) =>
  app.inject({
    method: 'POST',
    url: '/db/inventory/_bulk_docs',
    headers: { authorization: 'Bearer till', 'content-type': 'application/json' },
    payload,
  })
const onlyId = async (): Promise<string> => (await quarantine.list({ limit: 1 })).items[0]?.id ?? ''

it('stores a document with its own revision and its exact figures once the cause is mended', async () => {
  await send(`{"new_edits":false,"docs":[{"_id":"movement:1","_rev":"${rev}","n":12345678901234567890}]}`)
  const id = await onlyId()
  expect(await offer(id, 'm1')).toMatchObject({ accepted: false, reason: 'the day is not open yet' })
  refusal = undefined
  expect(await offer(id, 'm1')).toMatchObject({
    accepted: true,
    reason: null,
    item: { state: 'accepted', decision: { by: 'm1' } },
  })
  expect(store.database('inventory')?.read('movement:1')).toMatchObject({ rev, body: '{"n":12345678901234567890}' })
  expect(quarantine.count()).toBe(0)
  await expect(offer(id, 'm1')).rejects.toMatchObject({ code: 'conflict' })
})

it('offers an edit as an edit, which conflicts when its document has changed meanwhile', async () => {
  refusal = undefined
  const created = JSON.parse((await send('{"docs":[{"_id":"product:a","n":1}]}')).body) as { rev: string }[]
  refusal = 'not today'
  await send(`{"docs":[{"_id":"product:a","_rev":"${created[0]?.rev}","n":2}]}`)
  const id = await onlyId()
  refusal = undefined
  await send(`{"docs":[{"_id":"product:a","_rev":"${created[0]?.rev}","n":3}]}`)
  expect(await offer(id, 'm1')).toMatchObject({ accepted: false, item: { state: 'open' } })
  expect(store.database('inventory')?.read('product:a')?.body).toBe('{"n":3}')
})

it('offers nothing for a till that may not write any more', async () => {
  await send('{"docs":[{"_id":"movement:1"}]}')
  refusal = undefined
  writers.clear()
  expect(await offer(await onlyId(), 'm1')).toMatchObject({
    accepted: false,
    reason: 's001-t01-1 may not write any more',
  })
})

it('answers 503 to the whole batch when it has no room, so that the till keeps all of it', async () => {
  await send('{"docs":[{"_id":"movement:1"},{"_id":"movement:2"}]}')
  const answer = await send('{"docs":[{"_id":"movement:3"}]}')
  expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '30' } })
  expect(answer.json()).toMatchObject({ error: 'service_unavailable' })
  await quarantine.discard(await onlyId(), 'm1', 'a test')
  expect((await send('{"docs":[{"_id":"movement:3"}]}')).statusCode).toBe(201)
})

it('notices by itself that the till has sent it again', async () => {
  const body = `{"new_edits":false,"docs":[{"_id":"movement:1","_rev":"${rev}","n":1}]}`
  await send(body)
  refusal = undefined
  await send(body)
  expect(await quarantine.read(await onlyId())).toMatchObject({ state: 'accepted', decision: { by: 'hub' } })
})
