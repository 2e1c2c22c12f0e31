/** A store, a real central and a line between them that breaks as told: what tests of the replication stand on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect } from 'vitest'
import { openStore, type DocumentDatabase, type Store } from '../../store/index.ts'
import {
  type Central,
  type Fault,
  type FaultProxy,
  type ProxiedRequest,
  openFaultProxy,
  startCentral,
} from '../../testing/index.ts'
import { createCentralLine, type CentralLineAddress } from '../central-line.ts'
import { createCentralReplication, type CentralReplication, type CentralReplicationOptions } from '../runner.ts'
import type { RefusedRevision } from '../way.ts'

const logger = pino({ level: 'silent' })
const basic = `Basic ${Buffer.from('admin:secret').toString('base64')}`
export const database = 'inventory'
export const remoteName = 'store-s001-inventory'

export interface StartOptions extends Partial<Pick<CentralReplicationOptions, 'fence' | 'offerAgainMs' | 'onRewound'>> {
  readonly address?: Partial<CentralLineAddress>
}

interface System {
  directory: string
  store: Store
  local: DocumentDatabase
  central: Central
  proxy: FaultProxy
  /** What the hub put on record as refused, and what was taken after all. */
  recorded: RefusedRevision[]
  accepted: string[]
  isDeskFull: boolean
}

/** Made anew for each test of the file that calls this. */
export function useReplication() {
  const system = {} as System
  const endings: (() => Promise<void>)[] = []

  beforeEach(async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'central-replication-'))
    const store = await openStore({ directory: path.join(directory, 'hub') })
    const local = await store.create(database)
    const central = await startCentral(directory)
    const proxy = await openFaultProxy(central.port)
    Object.assign(system, { directory, store, local, central, proxy, recorded: [], accepted: [], isDeskFull: false })
  })
  afterEach(async () => {
    for (const end of endings.splice(0)) await end()
    await system.proxy.close()
    await system.central.stop()
    await system.store.close()
    await rm(system.directory, { recursive: true, force: true })
  })

  async function reopen(folder: string): Promise<void> {
    system.store = await openStore({ directory: path.join(system.directory, folder) })
    const found = system.store.database(database)
    if (found === undefined) throw new Error('the database is gone')
    system.local = found
  }

  function start({ address, ...options }: StartOptions = {}): CentralReplication {
    const line = createCentralLine(
      { url: system.proxy.url, authorization: basic, ...address },
      { requestMs: 3000, questionMs: 3000, probeMs: 500 },
    )
    let epoch: string | undefined
    const replication = createCentralReplication({
      store: system.store,
      storeId: 's001',
      line,
      logger,
      desk: {
        async record(_route, documents) {
          if (system.isDeskFull) throw new Error('no room for another record')
          system.recorded.push(...documents)
        },
        accepted: (_route, ids) => void system.accepted.push(...ids),
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
    const [result] = await system.local.write([{ kind: 'edit', id, deleted: false, body: JSON.stringify(body) }])
    expect(result?.kind).toBe('stored')
  }
  const putMany = (count: number, body: object = {}): Promise<unknown> =>
    system.local.write(
      Array.from({ length: count }, (_, index) => ({
        kind: 'edit',
        id: `doc-${String(index).padStart(5, '0')}`,
        deleted: false,
        body: JSON.stringify({ ...body, index }),
      })),
    )

  const askCentral = async (route: string, init: RequestInit = {}): Promise<unknown> => {
    const headers = { authorization: basic, 'content-type': 'application/json' }
    return (await fetch(`http://127.0.0.1:${system.central.port}${route}`, { ...init, headers })).json()
  }
  const ask = (route: string, init: RequestInit = {}): Promise<unknown> => askCentral(`/${remoteName}${route}`, init)

  /** Leaves by id, of both sides in one form. */
  const remoteLeaves = async (): Promise<Map<string, string[]>> => {
    const answer = (await ask('/_changes?style=all_docs')) as { results?: { id: string; changes: { rev: string }[] }[] }
    return new Map((answer.results ?? []).map(({ id, changes }) => [id, changes.map(({ rev }) => rev).sort()]))
  }
  const localLeaves = (): Map<string, string[]> =>
    new Map(system.local.changes({ limit: 100_000 }).map(({ id, leaves }) => [id, leaves.map(({ rev }) => rev).sort()]))
  const isPushed = async (): Promise<boolean> => {
    const remote = await remoteLeaves()
    return [...localLeaves()].every(([id, leaves]) => leaves.every((rev) => remote.get(id)?.includes(rev)))
  }
  const converged = async (): Promise<boolean> => {
    const [here, there] = [localLeaves(), await remoteLeaves()]
    return here.size === there.size && [...here].every(([id, leaves]) => leaves.join() === there.get(id)?.join())
  }

  const bulks = (): ProxiedRequest[] => system.proxy.requests.filter(isBulk)
  /** The fault for the first `times` writes. */
  const failWrites = (fault: Fault | (() => Fault), times = 1): void => {
    let left = times
    system.proxy.onRequest((request) => {
      if (!isBulk(request) || left-- <= 0) return undefined
      return typeof fault === 'function' ? fault() : fault
    })
  }

  return {
    system,
    start,
    reopen,
    put,
    putMany,
    askCentral,
    ask,
    remoteLeaves,
    localLeaves,
    isPushed,
    converged,
    bulks,
    failWrites,
  }
}

export const isBulk = ({ path: asked, method }: ProxiedRequest): boolean =>
  method === 'POST' && asked.endsWith('/_bulk_docs')
export const documentsOf = ({ bodyText }: ProxiedRequest): { _id: string }[] =>
  (JSON.parse(bodyText) as { docs: { _id: string }[] }).docs
export const push = (replication: CentralReplication) => replication.status(database, 'push')
