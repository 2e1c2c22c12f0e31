import { afterAll, beforeAll, expect, test } from 'vitest'
import { startShop, type Shop } from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

test('a till that is loaded anew waits for the page before it to let go, and does not call it another tab', async () => {
  const till = await shop.openTill()
  const leaving = await till.context.newPage()
  await leaving.goto(`${shop.hubUrl}/health/live`)
  // Stands for the page that was left: it gets the lock when the till goes, and takes its time to end.
  const hasLock = leaving.evaluate(holdLock, 1000)
  await till.page.reload()
  await hasLock
  await till.waitUntilReady()
  expect(await till.page.getByRole('button', { name: 'Take over here' }).count()).toBe(0)
  await till.context.close()
})

/** Runs in the page. */
function holdLock(forMs: number): Promise<void> {
  const { locks } = navigator as unknown as {
    readonly locks: { request(name: string, work: () => Promise<void>): Promise<void> }
  }
  return locks.request('tidemark-till', () => new Promise((resolve) => setTimeout(resolve, forMs)))
}
