import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { salesDatabaseOf, type SyncOperationResult } from '@tidemark/contracts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  enrolTill,
  type EnrolledTill,
  connectTill,
  eventually,
  freePort,
  makeProduct,
  makeSales,
  startStore,
  type StoreSystem,
} from '../testing/index.ts'

const salesDatabase = salesDatabaseOf(new Date().toISOString())
const serverFile = path.resolve(import.meta.dirname, '../server.ts')
const timestamp = new Date().toISOString()
const rounds = 3
const salesPerRound = 40
const products = 10

let system: StoreSystem
let port: number
let url: string
let child: ChildProcess
beforeEach(async () => {
  system = await startStore()
  port = await freePort()
  url = `http://127.0.0.1:${port}`
  child = await startProcess()
})
afterEach(async () => {
  await kill()
  await system.close()
})

it('makes each operation happen once, although the hub is killed in the middle of every push', async () => {
  const { token, incarnation } = await eventually('the hub enrols', enrol)
  const results = new Map<string, SyncOperationResult>()
  const push = async (operations: readonly { id: string }[]): Promise<void> => {
    const response = await fetch(`${url}/api/sync/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ operations }),
    })
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    const answer = (await response.json()) as { results: SyncOperationResult[] }
    for (const result of answer.results) {
      const before = results.get(String(result.id))
      if (before !== undefined) expect(result).toEqual(before)
      results.set(String(result.id), result)
    }
  }
  const sales = makeSales(incarnation, rounds * salesPerRound)
  const created = Array.from({ length: products }, (_, index) => makeProduct(`K-${index}`))
  await push(created.map((product) => operation('create', product._id, product)))

  for (let round = 0; round < rounds; round += 1) {
    const slice = sales.slice(round * salesPerRound, (round + 1) * salesPerRound)
    const operations = [
      ...created.map(({ _id }) => ({
        ...operation(
          'update',
          _id,
          { priceMinor: 1000 + round, name: `round ${round}`, by: { id: 'm1', role: 'manager' } },
          `update ${round} ${_id}`,
        ),
        baseRev: revOf(results.get(round === 0 ? `create_${_id}` : `update_${round - 1}_${_id}`)),
      })),
      ...slice.map((sale) => ({ ...operation('create', sale._id, sale), entityType: 'sale' })),
    ]
    const sent = Promise.allSettled([push(operations.slice(0, 25)), push(operations.slice(20)), push(operations)])
    await sleep(Math.random() * 40)
    await kill()
    await sent
    child = await startProcess()
    await push(operations)
    await push(operations)
  }

  expect([...results.values()].filter(({ status }) => status !== 'synced')).toEqual([])
  const till = connectTill(url, token)
  const { rows } = await till.database(salesDatabase).allDocs({ include_docs: true })
  expect(rows.map(({ doc }) => doc?.['hash'])).toEqual(sales.map(({ hash }) => hash))
  for (const { _id } of created) {
    const product = await till.database('catalog').get(_id, { conflicts: true })
    expect(product).toMatchObject({ priceMinor: 1000 + rounds - 1, name: `round ${rounds - 1}` })
    expect([product._rev?.split('-')[0], product._conflicts]).toEqual([String(rounds + 1), undefined])
  }
})

function operation(action: string, entityId: string, data: object, id = `${action} ${entityId}`) {
  return { id: id.replaceAll(' ', '_'), entityType: 'product', entityId, action, timestamp, data }
}

function revOf(result: SyncOperationResult | undefined): string {
  return result?.status === 'synced' ? result.rev : ''
}

async function enrol(): Promise<EnrolledTill | false> {
  const { response, till } = await enrolTill(url, 1)
  return response.status === 201 && till()
}

async function startProcess(): Promise<ChildProcess> {
  const started = spawn(process.execPath, [serverFile], {
    env: { ...process.env, ...system.environment(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await eventually('the hub process is ready', () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return started
}

async function kill(): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}
