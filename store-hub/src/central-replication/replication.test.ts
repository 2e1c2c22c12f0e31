import { cp, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { salesDatabaseOf } from '@tidemark/contracts'
import { describe, expect, it } from 'vitest'
import { type Fault, eventually } from '../testing/index.ts'
import type { Fence, FenceVerdict } from './fence.ts'
import { database, remoteName, isBulk, documentsOf, push, useReplication } from './testing/replication-system.ts'
import type { RewoundError } from './way.ts'

const { system, start, reopen, put, putMany, askCentral, ask, remoteLeaves, localLeaves, isPushed, converged, bulks } =
  useReplication()

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
    await system.local.write([branch('both', [hash('b'), hash('a')]), branch('both', [hash('c'), hash('a')])])
    await system.local.write([branch('gone', [hash('d')]), branch('gone', [hash('e'), hash('d')], true)])
    await ask('', { method: 'PUT' })
    const docs = [
      { _id: 'both', _rev: `3-${hash('f')}`, _revisions: { start: 3, ids: [hash('f'), hash('b'), hash('a')] } },
      { _id: 'odd/ü id', _rev: `1-${hash('1')}`, n: 1 },
    ]
    await ask('/_bulk_docs', { method: 'POST', body: JSON.stringify({ new_edits: false, docs }) })
    start()
    await eventually('both sides have the same leaves', converged)
    expect(system.local.read('odd/ü id')?.body).toBe('{"n":1}')
    expect(system.local.head('both')?.leaves).toHaveLength(2)
    expect(system.local.head('gone')?.deleted).toBe(true)
  })

  it('leaves design documents where they are', async () => {
    await put('_design/own')
    await put('a')
    const replication = start()
    await eventually('the push is done', async () => push(replication)?.lagDocuments === 0)
    await ask('/_design/theirs', { method: 'PUT', body: '{}' })
    await ask('/b', { method: 'PUT', body: '{}' })
    await eventually('the document is here', async () => system.local.head('b') !== undefined)
    expect(system.local.head('_design/theirs')).toBeUndefined()
    expect([...(await remoteLeaves()).keys()].sort()).toEqual(['_design/theirs', 'a', 'b'])
  })

  it('goes on from its checkpoint after a restart, and sends nothing twice', async () => {
    await putMany(30)
    const first = start()
    await eventually('it is pushed', async () => push(first)?.lagDocuments === 0 && push(first)?.state === 'idle')
    await first.stop()
    await put('later')
    const before = system.proxy.requests.length
    const second = start()
    expect(push(second)?.lagDocuments).toBe(1)
    await eventually('it is pushed', async () => push(second)?.lagDocuments === 0)
    const sent = system.proxy.requests.slice(before)
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

  it('reads the credentials again after a 401, and does not call central down', async () => {
    const credentialsFile = path.join(system.directory, 'credentials')
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
      const target = await system.store.create(name)
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
    await put('urgent')
    const before = bulks().length
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
    system.proxy.onRequest(() => ({ kind: 'answer', status: 502 }))
    const at = new Date(Date.now() - 3_600_000).toISOString()
    const first = start()
    await put('sale', { at: `${at}-0000-s001t01` })
    const since = push(first)?.behindSince ?? ''
    expect(Date.parse(since)).toBeGreaterThan(Date.parse(at) + 1_800_000)
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
    const before = system.proxy.requests.length
    await system.store.rotateEpoch('a test')
    expect(push(replication)?.lagDocuments).toBe(20)
    await eventually('all is compared', async () => push(replication)?.lagDocuments === 0)
    const after = system.proxy.requests.slice(before)
    expect(after.filter(isBulk)).toEqual([])
    expect(after.filter(({ path: asked }) => asked.includes('_revs_diff')).length).toBeGreaterThan(0)
    await ask('/from-central', { method: 'PUT', body: '{}' })
    await eventually('pulls go on', async () => system.local.head('from-central') !== undefined)
  })

  it('says that the store went back in time when central remembers more of its epoch', async () => {
    await putMany(5)
    const first = start()
    await eventually('it is pushed', async () => push(first)?.lagDocuments === 0)
    await first.stop()
    await system.store.close()
    await cp(path.join(system.directory, 'hub'), path.join(system.directory, 'kept'), { recursive: true })
    await reopen('hub')
    await put('after the copy')
    const second = start()
    await eventually('it is pushed', async () => push(second)?.lagDocuments === 0)
    await second.stop()
    await system.store.close()
    await reopen('kept')
    // It has made other changes since, so its sequence is no smaller than what central has seen.
    await put('other')
    await put('another')
    const evidence: RewoundError[] = []
    const third = start({
      async onRewound(error) {
        evidence.push(error)
        await system.store.rotateEpoch(error.message)
      },
    })
    await eventually('both sides have the same leaves', converged)
    await eventually('nothing is behind', async () => push(third)?.lagDocuments === 0)
    expect(evidence[0]).toMatchObject({ database })
    expect(system.local.head('after the copy')).toBeDefined()
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
    expect(system.proxy.requests).toEqual([])
    expect(push(replication)).toMatchObject({ lastError: 'another hub', lagDocuments: 1 })
    isFenced = false
    for (const listener of listeners) listener()
    await eventually('it is pushed', isPushed)
  })

  it('fetches document by document what central could not send together', async () => {
    await ask('', { method: 'PUT' })
    for (let index = 0; index < 30; index += 1) await ask(`/doc-${index}`, { method: 'PUT', body: '{"n":1}' })
    system.proxy.onRequest(({ path: asked, bodyText }) => {
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
    expect(system.recorded).toEqual([])
  })

  it('works with credentials that may neither make nor list databases', async () => {
    const sales = salesDatabaseOf(new Date().toISOString())
    for (const name of [remoteName, `store-s001-${sales}`]) await askCentral(`/${name}`, { method: 'PUT' })
    system.proxy.onRequest(({ method, path: asked }) => {
      const isForAdministrators = asked.startsWith('/_all_dbs') || (method === 'PUT' && !asked.includes('/_local/'))
      const body = '{"error":"unauthorized","reason":"You are not a server admin."}'
      return isForAdministrators ? { kind: 'answer', status: 401, body } : undefined
    })
    await put('a')
    start()
    await eventually('it is pushed', isPushed)
    await eventually('the sales of central are found', async () => system.store.database(sales) !== undefined)
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
    system.proxy.onRequest(() =>
      (count += 1) < 36 && count % 5 === 0 ? faults[(count / 5) % faults.length] : undefined,
    )
    const replication = start()
    for (let index = 0; index < 20; index += 1) await put(`later-${index}`)
    await eventually('both sides have the same leaves', converged, 60_000)
    await eventually('nothing is behind', async () => push(replication)?.lagDocuments === 0, 60_000)
    expect(localLeaves().size).toBe(920)
    expect(localLeaves().get('doc-00000')).toHaveLength(2)
    expect(system.recorded).toEqual([])
  })
})
