import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { salesDatabaseOf } from '@tidemark/contracts'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type DocumentDatabase, type Store } from '../store/index.ts'
import {
  type Central,
  type Fault,
  type FaultProxy,
  type ProxiedRequest,
  eventually,
  openFaultProxy,
  startCentral,
} from '../testing/index.ts'
import { createCentralLine, type CentralLineAddress } from './central-line.ts'
import { createCentralReplication, type CentralReplication, type CentralReplicationOptions } from './runner.ts'
import type { Fence, FenceVerdict } from './fence.ts'
import type { RefusedRevision, RewoundError } from './way.ts'

const logger = pino({ level: 'silent' })
const basic = `Basic ${Buffer.from('admin:secret').toString('base64')}`
const database = 'inventory'
const remoteName = 'store-s001-inventory'

let directory: string
let store: Store
let local: DocumentDatabase
let central: Central
let proxy: FaultProxy
let recorded: RefusedRevision[]
let isDeskFull = false
let accepted: string[]
const endings: (() => Promise<void>)[] = []

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'central-replication-'))
  store = await openStore({ directory: path.join(directory, 'hub') })
  local = await store.create(database)
  central = await startCentral(directory)
  proxy = await openFaultProxy(central.port)
  recorded = []
  accepted = []
})
afterEach(async () => {
  for (const end of endings.splice(0)) await end()
  await proxy.close()
  await central.stop()
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

async function reopen(folder: string): Promise<void> {
  store = await openStore({ directory: path.join(directory, folder) })
  const found = store.database(database)
  if (found === undefined) throw new Error('the database is gone')
  local = found
}

interface StartOptions extends Partial<Pick<CentralReplicationOptions, 'fence' | 'offerAgainMs' | 'onRewound'>> {
  readonly address?: Partial<CentralLineAddress>
}

function start({ address, ...options }: StartOptions = {}): CentralReplication {
  const line = createCentralLine(
    { url: proxy.url, authorization: basic, ...address },
    { requestMs: 1000, questionMs: 1000, probeMs: 500 },
  )
  let epoch: string | undefined
  const replication = createCentralReplication({
    store,
    storeId: 's001',
    line,
    logger,
    desk: {
      async record(_route, documents) {
        if (isDeskFull) throw new Error('no room for another record')
        recorded.push(...documents)
      },
      accepted: (_route, ids) => void accepted.push(...ids),
    },
    heard: { epoch: () => epoch, save: async (heard) => void (epoch = heard) },
    isOpenPeriod: () => true,
    offerAgainMs: 100,
    ...options,
  })
  replication.start()
  endings.push(() => replication.stop())
  return replication
}

const put = async (id: string, body: object = {}): Promise<void> => {
  const [result] = await local.write([{ kind: 'edit', id, deleted: false, body: JSON.stringify(body) }])
  expect(result?.kind).toBe('stored')
}
const putMany = (count: number, body: object = {}): Promise<unknown> =>
  local.write(
    Array.from({ length: count }, (_, index) => ({
      kind: 'edit',
      id: `doc-${String(index).padStart(5, '0')}`,
      deleted: false,
      body: JSON.stringify({ ...body, index }),
    })),
  )

const askCentral = async (route: string, init: RequestInit = {}): Promise<unknown> => {
  const headers = { authorization: basic, 'content-type': 'application/json' }
  return (await fetch(`http://127.0.0.1:${central.port}${route}`, { ...init, headers })).json()
}
const ask = (route: string, init: RequestInit = {}): Promise<unknown> => askCentral(`/${remoteName}${route}`, init)
/** Leaves by id, of both sides in one form. */
const remoteLeaves = async (): Promise<Map<string, string[]>> => {
  const answer = (await ask('/_changes?style=all_docs')) as { results?: { id: string; changes: { rev: string }[] }[] }
  return new Map((answer.results ?? []).map(({ id, changes }) => [id, changes.map(({ rev }) => rev).sort()]))
}
const localLeaves = (): Map<string, string[]> =>
  new Map(local.changes({ limit: 100_000 }).map(({ id, leaves }) => [id, leaves.map(({ rev }) => rev).sort()]))
const isPushed = async (): Promise<boolean> => {
  const remote = await remoteLeaves()
  return [...localLeaves()].every(([id, leaves]) => leaves.every((rev) => remote.get(id)?.includes(rev)))
}
const converged = async (): Promise<boolean> => {
  const [here, there] = [localLeaves(), await remoteLeaves()]
  return here.size === there.size && [...here].every(([id, leaves]) => leaves.join() === there.get(id)?.join())
}
const isBulk = ({ path: asked, method }: ProxiedRequest): boolean => method === 'POST' && asked.endsWith('/_bulk_docs')
const documentsOf = ({ bodyText }: ProxiedRequest): { _id: string }[] =>
  (JSON.parse(bodyText) as { docs: { _id: string }[] }).docs
const bulks = (): ProxiedRequest[] => proxy.requests.filter(isBulk)
/** The fault for the first `times` writes. */
const failWrites = (fault: Fault, times = 1): void => {
  let left = times
  proxy.onRequest((request) => (isBulk(request) && left-- > 0 ? fault : undefined))
}
const push = (replication: CentralReplication) => replication.status(database, 'push')

describe('replication with central', () => {
  it('brings edits, conflicts and deletions of both sides to the same leaves', async () => {
    await putMany(450)
    const hash = (text: string): string => text.repeat(32)
    const branch = (id: string, hashes: string[], deleted = false) => ({
      kind: 'replicated' as const,
      id,
      revisions: { start: hashes.length, ids: hashes },
      deleted,
      body: '{"from":"till"}',
    })
    await local.write([branch('both', [hash('b'), hash('a')]), branch('both', [hash('c'), hash('a')])])
    await local.write([branch('gone', [hash('d')]), branch('gone', [hash('e'), hash('d')], true)])
    await ask('', { method: 'PUT' })
    const docs = [
      { _id: 'both', _rev: `3-${hash('f')}`, _revisions: { start: 3, ids: [hash('f'), hash('b'), hash('a')] } },
      { _id: 'odd/ü id', _rev: `1-${hash('1')}`, n: 1 },
    ]
    await ask('/_bulk_docs', { method: 'POST', body: JSON.stringify({ new_edits: false, docs }) })
    start()
    await eventually('both sides have the same leaves', converged)
    expect(local.read('odd/ü id')?.body).toBe('{"n":1}')
    expect(local.head('both')?.leaves).toHaveLength(2)
    expect(local.head('gone')?.deleted).toBe(true)
  })

  it('leaves design documents where they are', async () => {
    await put('_design/own')
    await put('a')
    const replication = start()
    await eventually('the push is done', async () => push(replication)?.lagDocuments === 0)
    await ask('/_design/theirs', { method: 'PUT', body: '{}' })
    await ask('/b', { method: 'PUT', body: '{}' })
    await eventually('the document is here', async () => local.head('b') !== undefined)
    expect(local.head('_design/theirs')).toBeUndefined()
    expect([...(await remoteLeaves()).keys()].sort()).toEqual(['_design/theirs', 'a', 'b'])
  })

  it('goes on from its checkpoint after a restart, and sends nothing twice', async () => {
    await putMany(30)
    const first = start()
    await eventually('it is pushed', async () => push(first)?.lagDocuments === 0 && push(first)?.state === 'idle')
    await first.stop()
    await put('later')
    const before = proxy.requests.length
    const second = start()
    expect(push(second)?.lagDocuments).toBe(1)
    await eventually('it is pushed', async () => push(second)?.lagDocuments === 0)
    const sent = proxy.requests.slice(before)
    expect(sent.filter(isBulk).map((request) => documentsOf(request).map(({ _id }) => _id))).toEqual([['later']])
    expect(
      sent.filter(({ path: asked }) => asked.endsWith('/_revs_diff')).map(({ bodyText }) => bodyText.length),
    ).toEqual([expect.toSatisfy((length: number) => length < 200)])
  })

  it('sends everything again to a central that has lost it, without a restart', async () => {
    await putMany(5)
    const replication = start()
    await eventually('it is pushed', isPushed)
    await eventually('the run has ended', async () => push(replication)?.state === 'idle')
    await ask('', { method: 'DELETE' })
    await put('more')
    await eventually('central has all of it again', isPushed)
  })

  it('cuts a batch that is too large into halves, and finds the one document that central never takes', async () => {
    await putMany(40)
    await put('huge', { text: 'x'.repeat(5000) })
    proxy.onRequest((request) =>
      isBulk(request) && request.bodyText.length > 4000 ? { kind: 'answer', status: 413 } : undefined,
    )
    const replication = start()
    await eventually('the rest is at central', async () => (await remoteLeaves()).size === 40)
    await eventually('the refusal is recorded', async () => recorded.length > 0)
    expect(recorded[0]).toMatchObject({ id: 'huge', rev: local.head('huge')?.rev })
    await eventually('only it is behind', async () => push(replication)?.lagDocuments === 1)
    proxy.onRequest(() => undefined)
    await eventually('it is at central once it is taken', isPushed)
    await eventually('nothing is behind', async () => push(replication)?.lagDocuments === 0)
  })

  it('records what central forbids with its reason, and still has it on its list after a restart', async () => {
    await putMany(3)
    let isForbidden = true
    const refusal = { id: 'doc-00001', error: 'forbidden', reason: 'not today' }
    proxy.onRequest((request) => {
      if (!isForbidden || !isBulk(request) || !documentsOf(request).some(({ _id }) => _id === refusal.id))
        return undefined
      const others = documentsOf(request).filter(({ _id }) => _id !== refusal.id)
      void ask('/_bulk_docs', { method: 'POST', body: JSON.stringify({ new_edits: false, docs: others }) })
      return {
        kind: 'answer',
        status: 201,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([refusal]),
      }
    })
    const first = start()
    await eventually('one is behind', async () => push(first)?.lagDocuments === 1 && recorded.length > 0)
    expect(recorded[0]).toEqual({ id: refusal.id, rev: local.head(refusal.id)?.rev, reason: 'not today' })
    await first.stop()
    isForbidden = false
    const second = start()
    await eventually('it is at central', isPushed)
    await eventually('nothing is behind', async () => push(second)?.lagDocuments === 0)
    expect(accepted).toEqual([refusal.id])
  })

  it('does not pass a refused document that could not be put on record', async () => {
    await putMany(3)
    proxy.onRequest((request) => (isBulk(request) ? { kind: 'answer', status: 413 } : undefined))
    isDeskFull = true
    const replication = start()
    await eventually('it says why', async () => push(replication)?.lastError?.includes('no room'))
    expect(push(replication)?.lagDocuments).toBe(3)
    isDeskFull = false
    await eventually('they are on record', async () => recorded.length === 3)
    expect(local.readLocal('_local/central-push')?.body).toContain('doc-00001')
  })

  it('puts what the disk has damaged on record, and brings what follows it to central', async () => {
    await putMany(3)
    await store.close()
    const file = new DatabaseSync(path.join(directory, 'hub', 'databases', `${database}.sqlite`))
    file.exec("UPDATE body SET text = replace(text, '1', '7') WHERE text LIKE '%\"index\":1%'")
    file.close()
    await reopen('hub')
    const replication = start()
    await eventually('the rest is at central', async () => (await remoteLeaves()).size === 2)
    await eventually('it is on record', async () => recorded.some(({ id }) => id === 'doc-00001'))
    expect(recorded[0]?.reason).toContain('damaged')
    await eventually('only it is behind', async () => push(replication)?.lagDocuments === 1)
  })

  it('does not pass a batch that central could not write, whatever its status was', async () => {
    await putMany(3)
    failWrites({
      kind: 'answer',
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: '[{"id":"doc-00001","error":"internal_server_error","reason":"disk"}]',
    })
    const replication = start()
    await eventually('it says why', async () => push(replication)?.lastError?.includes('disk'))
    expect(push(replication)?.lagDocuments).toBe(3)
    await eventually('all is at central after all', isPushed)
    expect(recorded).toEqual([])
  })

  it('sends what only some of a cluster have taken again until a quorum has it, and new sales meanwhile', async () => {
    await putMany(3)
    let isHalfThere = true
    proxy.onRequest((request) => (isBulk(request) && isHalfThere ? { kind: 'restamp', status: 202 } : undefined))
    const replication = start()
    await eventually('they are sent', isPushed)
    await eventually('it says why', async () => push(replication)?.lastError?.includes('202'))
    expect(push(replication)?.lagDocuments).toBe(3)
    await put('new')
    await eventually('the new one is sent too', isPushed)
    expect(push(replication)?.lagDocuments).toBe(4)
    // Not even a restart takes the word of one copy for it.
    await replication.stop()
    isHalfThere = false
    const before = bulks().length
    const again = start()
    await eventually('a quorum has all', async () => push(again)?.lagDocuments === 0)
    const sent = bulks().slice(before).flatMap(documentsOf)
    expect(sent.map(({ _id }) => _id).sort()).toEqual(['doc-00000', 'doc-00001', 'doc-00002', 'new'])
  })

  it('asks what has arrived when the answer to a write was lost', async () => {
    await putMany(5)
    failWrites({ kind: 'lose-answer' })
    const replication = start()
    await eventually('it is done', async () => push(replication)?.lagDocuments === 0)
    expect(await converged()).toBe(true)
    expect(bulks()).toHaveLength(1)
  })

  it('gets over a write that nobody answers', async () => {
    await putMany(5)
    failWrites({ kind: 'silence' })
    const replication = start()
    await eventually('it is done', async () => push(replication)?.lagDocuments === 0)
    expect(await converged()).toBe(true)
  })

  it.each([
    { status: 429, header: '2' },
    { status: 503, header: 'date' },
  ])('leaves central alone for as long as a $status asks', async ({ status, header }) => {
    await putMany(3)
    const retryAfter = header === 'date' ? new Date(Date.now() + 3000).toUTCString() : header
    failWrites({ kind: 'answer', status, headers: { 'retry-after': retryAfter } })
    const replication = start()
    await eventually('it is told', async () => bulks().length === 1 && push(replication)?.state === 'waiting')
    const toldMs = Date.now()
    const asked = proxy.requests.length
    await put('more')
    await eventually('all is at central', isPushed)
    expect(Date.now() - toldMs).toBeGreaterThan(900)
    const bulk = bulks()[1]
    const quiet = proxy.requests.slice(asked).findIndex((request) => request === bulk)
    expect(quiet).toBeLessThan(12)
  })

  it('takes a page with status 200 for a broken line, never for a success', async () => {
    await putMany(3)
    let isCaptive = true
    proxy.onRequest(() =>
      isCaptive ? { kind: 'answer', status: 200, body: '<html>Welcome to the mall</html>' } : undefined,
    )
    const replication = start()
    await eventually('the line is seen to be down', async () => replication.wan() === 'down')
    expect(push(replication)?.lagDocuments).toBe(3)
    isCaptive = false
    await eventually('all is at central', isPushed)
    expect(replication.wan()).toBe('up')
  })

  it('reads the credentials again after a 401, and does not call central down', async () => {
    const credentialsFile = path.join(directory, 'credentials')
    await writeFile(credentialsFile, 'admin:old\n')
    await putMany(3)
    const replication = start({ address: { credentialsFile } })
    await eventually('it says why', async () => push(replication)?.lastError?.includes('401'))
    expect(replication.wan()).toBe('up')
    await writeFile(credentialsFile, 'admin:secret\n')
    await eventually('all is at central', isPushed)
  })

  it('lets a sale pass a long run of the catalogue', async () => {
    const others = ['conflicts', 'catalog', 'sync-log']
    for (const name of others) {
      const target = await store.create(name)
      await target.write(
        Array.from({ length: 3000 }, (_, index) => ({
          kind: 'edit',
          id: `p-${index}`,
          deleted: false,
          body: JSON.stringify({ text: 'x'.repeat(300) }),
        })),
      )
    }
    start()
    const isUnderWay = (name: string): boolean => bulks().some(({ path: asked }) => asked.includes(name))
    await eventually('three long runs are under way', async () => others.every(isUnderWay))
    const before = bulks().length
    await put('urgent')
    await eventually('the urgent one is sent', async () => isUnderWay(database))
    const between = bulks().findIndex(({ path: asked }) => asked.includes(database)) - before
    expect(between).toBeLessThanOrEqual(8)
    await eventually('the long runs go on', async () =>
      others
        .slice(1)
        .every((name) => bulks().findLastIndex(({ path: asked }) => asked.includes(name)) > before + between),
    )
  })

  it('tells how long the oldest change has waited, after a restart too', async () => {
    proxy.onRequest(() => ({ kind: 'answer', status: 502 }))
    const at = new Date(Date.now() - 3_600_000).toISOString()
    const first = start()
    await put('sale', { at: `${at}-0000-s001t01` })
    const since = push(first)?.behindSince ?? ''
    expect(Date.now() - Date.parse(since)).toBeLessThan(5000)
    await first.stop()
    expect(push(start())?.behindSince).toBe(at)
  })

  it('stops in the middle of a batch, and a new start completes it', async () => {
    await putMany(2000)
    const first = start()
    await eventually('some are there', async () => (await remoteLeaves()).size > 0)
    await first.stop()
    const second = start()
    await eventually('all are there', async () => push(second)?.lagDocuments === 0)
    expect(await converged()).toBe(true)
  })

  it('compares everything after a new epoch began, without a restart, and sends nothing twice', async () => {
    await putMany(20)
    const replication = start()
    await eventually('it is pushed', async () => push(replication)?.lagDocuments === 0)
    const before = proxy.requests.length
    await store.rotateEpoch('a test')
    expect(push(replication)?.lagDocuments).toBe(20)
    await eventually('all is compared', async () => push(replication)?.lagDocuments === 0)
    const after = proxy.requests.slice(before)
    expect(after.filter(isBulk)).toEqual([])
    expect(after.filter(({ path: asked }) => asked.includes('_revs_diff')).length).toBeGreaterThan(0)
    await ask('/from-central', { method: 'PUT', body: '{}' })
    await eventually('pulls go on', async () => local.head('from-central') !== undefined)
  })

  it('says that the store went back in time when central remembers more of its epoch', async () => {
    await putMany(5)
    const first = start()
    await eventually('it is pushed', async () => push(first)?.lagDocuments === 0)
    await first.stop()
    await store.close()
    await cp(path.join(directory, 'hub'), path.join(directory, 'kept'), { recursive: true })
    await reopen('hub')
    await put('after the copy')
    const second = start()
    await eventually('it is pushed', async () => push(second)?.lagDocuments === 0)
    await second.stop()
    await store.close()
    await reopen('kept')
    // It has made other changes since, so its sequence is no smaller than what central has seen.
    await put('other')
    await put('another')
    const evidence: RewoundError[] = []
    const third = start({
      async onRewound(error) {
        evidence.push(error)
        await store.rotateEpoch(error.message)
      },
    })
    await eventually('both sides have the same leaves', converged)
    await eventually('nothing is behind', async () => push(third)?.lagDocuments === 0)
    expect(evidence[0]).toMatchObject({ database })
    expect(local.head('after the copy')).toBeDefined()
  })

  it('writes nothing to central while another hub has the store', async () => {
    let isFenced = true
    const listeners: (() => void)[] = []
    const verdict = (): FenceVerdict => (isFenced ? { kind: 'fenced', reason: 'another hub' } : { kind: 'open' })
    const fence: Fence = {
      verdict,
      confirm: () => Promise.resolve(verdict()),
      onChange(listener) {
        listeners.push(listener)
        return () => undefined
      },
    }
    const replication = start({ fence })
    await put('a')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(proxy.requests).toEqual([])
    expect(push(replication)).toMatchObject({ lastError: 'another hub', lagDocuments: 1 })
    isFenced = false
    for (const listener of listeners) listener()
    await eventually('it is pushed', isPushed)
  })

  it('fetches document by document what central could not send together', async () => {
    await ask('', { method: 'PUT' })
    for (let index = 0; index < 30; index += 1) await ask(`/doc-${index}`, { method: 'PUT', body: '{"n":1}' })
    proxy.onRequest(({ path: asked, bodyText }) => {
      if (!asked.includes('_bulk_get')) return undefined
      const { docs } = JSON.parse(bodyText) as { docs: { id: string; rev: string }[] }
      if (docs.length > 4) return { kind: 'answer', status: 413 }
      const odd = docs.find(({ id }) => id === 'doc-7')
      if (odd === undefined) return undefined
      const results = docs.map(({ id, rev }) => ({
        id,
        docs: [{ error: { id, rev, error: 'not_found', reason: 'gone' } }],
      }))
      return {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ results }),
      }
    })
    start()
    await eventually('both sides have the same leaves', converged)
    expect(recorded).toEqual([])
  })

  it('works with credentials that may neither make nor list databases', async () => {
    const sales = salesDatabaseOf(new Date().toISOString())
    for (const name of [remoteName, `store-s001-${sales}`]) await askCentral(`/${name}`, { method: 'PUT' })
    proxy.onRequest(({ method, path: asked }) => {
      const isForAdministrators = asked.startsWith('/_all_dbs') || (method === 'PUT' && !asked.includes('/_local/'))
      const body = '{"error":"unauthorized","reason":"You are not a server admin."}'
      return isForAdministrators ? { kind: 'answer', status: 401, body } : undefined
    })
    await put('a')
    start()
    await eventually('it is pushed', isPushed)
    await eventually('the sales of central are found', async () => store.database(sales) !== undefined)
  })

  it('ends with the same leaves on both sides, whatever goes wrong on the way', async () => {
    await putMany(900, { text: 'x'.repeat(200) })
    await ask('', { method: 'PUT' })
    const docs = Array.from({ length: 300 }, (_, index) => ({
      _id: `doc-${String(index * 2).padStart(5, '0')}`,
      _rev: `2-${String(index).padStart(32, 'a')}`,
      _revisions: { start: 2, ids: [String(index).padStart(32, 'a'), 'b'.repeat(32)] },
    }))
    await ask('/_bulk_docs', { method: 'POST', body: JSON.stringify({ new_edits: false, docs }) })
    const faults: (Fault | undefined)[] = [
      { kind: 'lose-answer' },
      { kind: 'answer', status: 413 },
      { kind: 'restamp', status: 202 },
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 200, body: '<html>' },
      { kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: '{"hello":1}' },
      { kind: 'answer', status: 503, headers: { 'retry-after': '0' } },
    ]
    // 5 and 7 have no common factor: every kind of request meets every kind of fault.
    let count = 0
    proxy.onRequest(() => ((count += 1) < 36 && count % 5 === 0 ? faults[(count / 5) % faults.length] : undefined))
    const replication = start()
    for (let index = 0; index < 20; index += 1) await put(`later-${index}`)
    await eventually('both sides have the same leaves', converged, 60_000)
    await eventually('nothing is behind', async () => push(replication)?.lagDocuments === 0, 60_000)
    expect(localLeaves().size).toBe(920)
    expect(localLeaves().get('doc-00000')).toHaveLength(2)
    expect(recorded).toEqual([])
  }, 90_000)
})
