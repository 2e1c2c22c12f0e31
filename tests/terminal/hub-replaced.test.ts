import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findChainFaults, hasValidHash } from '@tidemark/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  eventually,
  readBrowserJournal,
  salesAtCentral,
  startShop,
  storeInfo,
  type OpenTill,
  type Shop,
} from '../support/index.ts'

const run = promisify(execFile)
/** A till that was refused for a while waits up to half a minute before it asks again. */
const patienceMs = 90_000
let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop?.close())

const untilSynced = (till: OpenTill) =>
  eventually(
    'everything is at the hub',
    async () => expect(await till.syncState()).toEqual({ state: 'synced', unsent: 0 }),
    patienceMs,
  )

const untilAtCentral = (lane: number, last: number) =>
  eventually(`${last} receipts of lane ${lane} are at head office`, async () => {
    const sales = await salesAtCentral(shop.system, shop.storeId, lane)
    expect(sales.map(({ number }) => number)).toEqual(Array.from({ length: last }, (_, index) => index + 1))
    return sales
  })

/** The old hub is gone for good: a person says so on the machine of the new one. */
async function takeStoreOver(): Promise<void> {
  const cli = fileURLToPath(new URL('../../store-hub/src/cli/hub.ts', import.meta.url))
  await eventually('the new hub has the store', () =>
    run(process.execPath, [cli, 'lease', 'take', '--data-dir', shop.hubFolder]),
  )
}

test('the hub is replaced by an empty one: unsent receipts and those that only the old one had come from the tills, once, and selling goes on', async () => {
  const tills = [await shop.openTill({ lane: 1 }), await shop.openTill({ lane: 2, cashier: 'Daniel' })] as const
  const [first, second] = tills
  for (const [index, till] of tills.entries()) {
    await till.sell([shop.item(index)])
    await untilSynced(till)
    await untilAtCentral(index + 1, 1)
  }
  const { epoch } = await storeInfo(shop.hubUrl)

  shop.system.cutWan(shop.storeId)
  await first.sell([shop.item(2)])
  // Nobody but the old hub and its till has this one.
  await untilSynced(first)
  await shop.system.killHub(shop.storeId)
  await second.sell([shop.item(3)])
  await rm(shop.hubFolder, { recursive: true })
  shop.system.restoreWan(shop.storeId)
  await shop.system.startHub(shop.storeId)
  await takeStoreOver()

  for (const till of tills) await untilSynced(till)
  expect((await storeInfo(shop.hubUrl)).epoch).not.toBe(epoch)
  for (const [index, till] of tills.entries()) {
    const sales = await untilAtCentral(index + 1, 2)
    expect(findChainFaults(sales, (sale) => hasValidHash({ ...sale }))).toEqual([])
    const kept = await readBrowserJournal(till.page)
    expect(sales.map(({ hash }) => hash)).toEqual(kept.map(({ hash }) => hash))
    expect(await till.sell([shop.item(4)])).toMatch(/-000003$/)
    await untilAtCentral(index + 1, 3)
    await till.context.close()
  }
}, 300_000)
