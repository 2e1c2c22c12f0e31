import { afterAll, beforeAll, test } from 'vitest'
import { startShop, type Shop } from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

test('a till that is loaded anew waits for the page before it, says so when that takes long, and opens by itself when it has ended', async () => {
  const till = await shop.openTill()
  const leaving = await till.context.newPage()
  await leaving.goto(`${shop.hubUrl}/health/live`)
  // Stands for the page that was left: it gets the lock when the till goes, and takes its time to end.
  await leaving.evaluate(askForLock)
  await till.page.reload()
  await till.page.getByRole('button', { name: 'Take over here' }).waitFor()
  await leaving.close()
  await till.waitUntilReady()
  await till.context.close()
})

/** Runs in the page. Its request stands in the queue when this resolves. */
async function askForLock(): Promise<void> {
  const { locks } = navigator as unknown as {
    readonly locks: {
      request(name: string, work: () => Promise<void>): Promise<void>
      query(): Promise<{ readonly pending: readonly unknown[] }>
    }
  }
  void locks.request('tidemark-till', () => new Promise(() => undefined))
  while ((await locks.query()).pending.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
}
