import { cp, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { salesDatabaseOf, type Sale } from '@tidemark/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pouchOf, type PouchDatabase } from '../pouchdb/index.ts'
import { openStore, type DocumentDatabase, type Store } from '../store/index.ts'
import { type RunningHub, type StoreSystem, connectTill, eventually, makeSales, startStore } from '../testing/index.ts'
import { identityFile } from './instance.ts'

const salesDatabase = salesDatabaseOf(new Date().toISOString())

describe('hubs that share an id or a past', () => {
  let system: StoreSystem
  /** The till's own database: a PouchDB that replicates, as in a browser. */
  let till: Store
  let own: DocumentDatabase
  beforeEach(async () => {
    system = await startStore()
    till = await openStore({ directory: path.join(system.directory, 'till') })
    own = await till.create(salesDatabase)
  })
  afterEach(async () => {
    await till.close()
    await system.close()
  })

  const sell = async (sales: readonly Sale[]): Promise<void> => {
    for (const sale of sales) await pouchOf(own).put({ ...sale })
  }
  const hubSales = ({ url }: RunningHub, token: string): PouchDatabase =>
    connectTill(url, token).database(salesDatabase)
  const synchronise = async (hub: RunningHub, token: string): Promise<void> => {
    const remote = hubSales(hub, token)
    await pouchOf(own).replicate.to(remote, {})
    await pouchOf(own).replicate.from(remote, {})
  }
  const idsOf = async (database: PouchDatabase | undefined): Promise<string[]> =>
    ((await database?.allDocs({}))?.rows ?? []).map(({ id }) => id)
  const centralIds = (): Promise<string[]> => {
    const found = system.central.store.database(`store-s001-${salesDatabase}`)
    return idsOf(found === undefined ? undefined : pouchOf(found))
  }
  const folder = (name: string): string => path.join(system.directory, name)

  it('lose nothing when an old copy of the data folder is put back', async () => {
    const first = await system.startHub()
    const { incarnation, token } = await first.enrolWhenReady(1)
    const sales = makeSales(incarnation, 12)
    const ids = sales.map(({ _id }) => _id)
    await sell(sales.slice(0, 5))
    await synchronise(first, token)
    await eventually('5 are at central', async () => (await centralIds()).length === 5)
    await first.close()
    await cp(folder('hub'), folder('kept'), { recursive: true })

    const second = await system.startHub()
    const { epoch } = await second.status()
    await sell(sales.slice(5, 10))
    await synchronise(second, token)
    await eventually('10 are at central', async () => (await centralIds()).length === 10)
    await second.close()
    await rename(folder('hub'), folder('lost'))
    await rename(folder('kept'), folder('hub'))

    // It sells before it hears of its past.
    system.centralLink.cut()
    const third = await system.startHub()
    expect((await third.status()).epoch).toBe(epoch)
    await sell(sales.slice(10))
    await synchronise(third, token)
    system.centralLink.restore()
    await eventually('a new epoch begins', async () => (await third.status()).epoch !== epoch)
    await eventually('the hub has all', async () => (await idsOf(hubSales(third, token))).length === 12)
    await synchronise(third, token)
    await eventually('central has all', async () => (await centralIds()).length === 12)
    expect([await idsOf(hubSales(third, token)), await centralIds(), await idsOf(pouchOf(own))]).toEqual([
      ids,
      ids,
      ids,
    ])
    await eventually('all is published in the new epoch', async () => {
      const now = (await third.status()).epoch
      const published = (await system.nats.messages()).filter(({ body }) => body.epoch === now)
      return ids.every((id) => published.some(({ body }) => body.document['_id'] === id))
    })
    await eventually('nothing is behind', async () =>
      (await third.status()).databases.every(({ push }) => push?.lagDocuments === 0),
    )
  })

  it('believe a till that remembers more than the store has, while central is away', async () => {
    const first = await system.startHub()
    const { incarnation, token } = await first.enrolWhenReady(1)
    await sell(makeSales(incarnation, 3))
    await synchronise(first, token)
    const { epoch } = await first.status()
    await first.close()
    await cp(folder('hub'), folder('kept'), { recursive: true })
    const second = await system.startHub()
    await sell(makeSales(incarnation, 3, 4))
    await synchronise(second, token)
    await second.close()
    await rename(folder('hub'), folder('lost'))
    await rename(folder('kept'), folder('hub'))

    system.centralLink.cut()
    const third = await system.startHub()
    const sales = `${third.url}/db/${salesDatabase}`
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    await synchronise(third, token)
    expect((await third.status()).epoch).toBe(epoch)
    // A pull that has been live since before goes on where it was, without asking for a checkpoint.
    await fetch(`${sales}/_changes?since=60`, { headers })
    await eventually('a new epoch begins', async () => (await third.status()).epoch !== epoch)
    await synchronise(third, token)
    expect(await idsOf(hubSales(third, token))).toEqual(await idsOf(pouchOf(own)))
    // Nor can a till spoil the hub's own notes.
    const spoilt = await fetch(`${sales}/_local/central-push`, { method: 'PUT', headers, body: '{}' })
    expect(spoilt.status).toBe(403)
  })

  it('leave a sale with its till while they may not take it, and the one that is told to takes over', async () => {
    const leaseTimings = { renewEveryMs: 200, believeMs: 100 }
    const first = await system.startHub({ leaseTimings })
    const { incarnation, token } = await first.enrolWhenReady(1)
    const [one, two, three] = makeSales(incarnation, 3)
    if (one === undefined || two === undefined || three === undefined) throw new Error('no sales')
    await first.close()
    await cp(folder('hub'), folder('other'), { recursive: true })
    await rm(path.join(folder('other'), identityFile))

    const original = await system.startHub({ leaseTimings })
    await eventually('it has the store', async () => (await original.status()).lease?.state === 'held')
    const other = await system.startHub({ leaseTimings, folder: 'other' })
    await eventually('it stands back', async () => (await other.status()).lease?.state === 'read-only')
    await sell([one])
    await expect(pouchOf(own).replicate.to(hubSales(other, token), { retry: false })).rejects.toMatchObject({
      status: 503,
      reason: expect.stringContaining('Another hub') as string,
    })
    await synchronise(original, token)
    await eventually('it is at central', async () => (await centralIds()).length === 1)

    const administrator = (await readFile(path.join(folder('other'), 'administration.token'), 'utf8')).trim()
    const taken = await fetch(`${other.url}/api/admin/lease/take`, {
      method: 'POST',
      headers: { authorization: `Bearer ${administrator}` },
    })
    expect(await taken.json()).toMatchObject({ state: 'held' })
    await eventually('the original stands back', async () => (await original.status()).lease?.state === 'read-only')
    const refused = await fetch(`${original.url}/db/${salesDatabase}/_bulk_docs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ docs: [two] }),
    })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('30')
    expect((await refused.json()) as unknown).toMatchObject({ error: 'service_unavailable' })

    // A copied store has the epoch of the original; it begins one of its own, and the till starts anew with it.
    expect((await other.status()).epoch).not.toBe((await original.status()).epoch)
    await sell([two, three])
    await synchronise(other, token)
    await eventually('all are at central', async () => (await centralIds()).length === 3)
    expect(await idsOf(hubSales(other, token))).toHaveLength(3)
    expect(await idsOf(hubSales(original, token))).toHaveLength(1)
  })
})
