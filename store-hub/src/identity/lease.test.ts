import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCentralLine } from '../central-replication/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { type Central, type FaultProxy, eventually, openFaultProxy, startCentral } from '../testing/index.ts'
import { openIdentity } from './instance.ts'
import { createLease, type Lease, type LeaseTimings } from './lease.ts'
import { createRewindGuard } from './rewind.ts'

const logger = pino({ level: 'silent' })
const never = new AbortController().signal
const timings: LeaseTimings = { renewEveryMs: 50, takeAfterMs: 600_000, believeMs: 30 }

let directory: string
let central: Central
let proxy: FaultProxy
const endings: (() => Promise<void>)[] = []

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lease-'))
  central = await startCentral(directory)
  proxy = await openFaultProxy(central.port)
})
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
  await proxy.close()
  await central.stop()
  await rm(directory, { recursive: true, force: true })
})

interface Hub {
  readonly store: Store
  readonly lease: Lease
  readonly instance: string
  stop(): Promise<void>
}

async function startHub(folder: string, changed: Partial<LeaseTimings> = {}): Promise<Hub> {
  const data = path.join(directory, folder)
  const store = await openStore({ directory: data })
  if (store.database('inventory') === undefined) await store.create('inventory')
  const identity = await openIdentity(data)
  const authorization = `Basic ${Buffer.from('admin:secret').toString('base64')}`
  const line = createCentralLine(
    { url: proxy.url, authorization },
    { requestMs: 2000, questionMs: 2000, probeMs: 2000 },
  )
  const rewind = createRewindGuard({ store, logger })
  const lease = createLease({
    store,
    storeId: 's001',
    line,
    identity,
    rewind,
    logger,
    timings: { ...timings, ...changed },
  })
  let stopping: Promise<void> | undefined
  const hub: Hub = {
    store,
    lease,
    instance: identity.instance,
    stop() {
      stopping ??= lease.stop().then(() => store.close())
      return stopping
    },
  }
  endings.push(hub.stop)
  lease.start()
  return hub
}

const holds = async ({ lease }: Hub): Promise<boolean> =>
  lease.confirm(never).then(
    ({ kind }) => kind === 'open' && lease.status().state === 'held',
    () => false,
  )
const write = (store: Store, count: number): Promise<unknown> =>
  Promise.resolve(
    store.database('inventory')?.write(
      Array.from({ length: count }, (_, index) => ({
        kind: 'edit',
        id: `${Math.random()}-${index}`,
        deleted: false,
        body: '{}',
      })),
    ),
  )

describe('the lease of a store', () => {
  it('makes the second hub with the same id read-only, and says which hub has the store', async () => {
    const first = await startHub('first')
    await eventually('the first has it', () => holds(first))
    const second = await startHub('second')
    await eventually('the second stands back', async () => second.lease.readOnlyReason())
    expect(second.lease.status()).toMatchObject({
      state: 'read-only',
      holder: { instance: first.instance },
      fencing: 1,
    })
    expect(second.lease.readOnlyReason()).toContain('Another hub')
    expect(await holds(first)).toBe(true)
    await second.stop()
    // Without central, too, once it is known.
    await central.stop()
    const again = await startHub('second')
    expect(again.lease.verdict().kind).toBe('fenced')
    central = await startCentral(directory, central.port)
  })

  it('goes to another hub by a decision, for good: the hub of before does not take it back', async () => {
    const first = await startHub('first', { takeAfterMs: 100 })
    await eventually('the first has it', () => holds(first))
    const second = await startHub('second')
    expect(await second.lease.take()).toMatchObject({ state: 'held', fencing: 2 })
    await eventually('the first notices', async () => first.lease.readOnlyReason()?.includes('was taken over'))
    await second.stop()
    await new Promise((resolve) => setTimeout(resolve, 400))
    await first.stop()
    const again = await startHub('first', { takeAfterMs: 100 })
    await eventually('it stands back', async () => again.lease.status().state === 'read-only')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(again.lease.status().state).toBe('read-only')
    expect(await again.lease.take()).toMatchObject({ state: 'held', fencing: 3 })
  })

  it('goes to a replaced hub when the one before is silent for long', async () => {
    const first = await startHub('first')
    await eventually('the first has it', () => holds(first))
    const second = await startHub('second', { takeAfterMs: 2000 })
    await eventually('the second stands back', async () => second.lease.readOnlyReason())
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(second.lease.status().state).toBe('read-only')
    await first.stop()
    await eventually('the second has it', () => holds(second))
    expect(second.lease.status().fencing).toBe(2)
  })

  it('goes to the later start of two processes with the same data, and the copy begins a new epoch', async () => {
    const first = await startHub('first')
    await eventually('the first has it', () => holds(first))
    await first.stop()
    await cp(path.join(directory, 'first'), path.join(directory, 'clone'), { recursive: true })
    const original = await startHub('first')
    await eventually('the original has it', () => holds(original))
    await write(original.store, 5)
    await eventually('central has heard of it', async () => {
      const text = JSON.stringify(await readRecord())
      return text.includes('"inventory":5')
    })
    const clone = await startHub('clone')
    const epoch = original.store.uuid
    await eventually('the clone has it', () => holds(clone))
    await eventually('the original stands back', async () =>
      original.lease.readOnlyReason()?.includes("this hub's data"),
    )
    expect(clone.store.uuid).not.toBe(epoch)
    expect(clone.store.epoch.reason).toContain('sequence 5 of inventory')
  })

  it('is taken by one of two that start at the same moment', async () => {
    const hubs = await Promise.all([startHub('first'), startHub('second')])
    await eventually('one has it', async () => (await Promise.all(hubs.map(holds))).filter(Boolean).length === 1)
    await eventually(
      'the other is read-only',
      async () =>
        hubs
          .map(({ lease }) => lease.status().state)
          .sort()
          .join() === 'held,read-only',
    )
  })

  it('is kept while central is away, and a look is not believed for ever', async () => {
    const hub = await startHub('first')
    await eventually('it has it', () => holds(hub))
    proxy.onRequest(() => ({ kind: 'silence' }))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(hub.lease.verdict().kind).toBe('open')
    await expect(hub.lease.confirm(never)).rejects.toMatchObject({ kind: 'unreachable' })
  })

  it('recognises a renewal whose answer was lost as its own', async () => {
    let lost = 0
    const isTaking = (method: string, asked: string): boolean => method === 'PUT' && asked.endsWith('/lease')
    proxy.onRequest(({ method, path: asked }) =>
      isTaking(method, asked) && lost++ === 1 ? { kind: 'lose-answer' } : undefined,
    )
    const hub = await startHub('first')
    await eventually('it has it', () => holds(hub))
    expect(lost).toBeGreaterThanOrEqual(2)
    expect(await readRecord()).toMatchObject({ holder: { instance: hub.instance } })
    expect(hub.lease.status().fencing).toBe(1)
  })

  it('begins a new epoch when an earlier one is put back', async () => {
    const first = await startHub('first')
    await eventually('it has it', () => holds(first))
    await first.stop()
    await cp(path.join(directory, 'first'), path.join(directory, 'kept'), { recursive: true })
    const again = await startHub('first')
    await eventually('it has it', () => holds(again))
    await again.store.rotateEpoch('a test')
    const epoch = again.store.uuid
    await eventually('central knows', async () => JSON.stringify(await readRecord()).includes(`"epoch":"${epoch}"`))
    await again.stop()
    const old = await startHub('kept')
    await eventually('it has it', () => holds(old))
    expect(old.store.epoch.reason).toContain('a later epoch')
  })

  const readRecord = async (): Promise<unknown> => {
    const headers = { authorization: `Basic ${Buffer.from('admin:secret').toString('base64')}` }
    const response = await fetch(`http://127.0.0.1:${central.port}/store-s001-hub/lease`, { headers })
    return response.ok ? response.json() : undefined
  }
})
