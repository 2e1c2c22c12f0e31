/** Pictures of the till's other sections, while its network is cut and something waits. */
import { eventually, type Till } from '../support/index.ts'

/** `picture` takes one under a name. The till is left in the section that sells. */
export async function takeSectionPictures(till: Till, picture: (name: string) => Promise<void>): Promise<void> {
  const { page } = till
  const part = (name: string) => page.getByTestId(name)
  await part('receipts').click()
  await part('receipt-row').nth(1).click()
  await part('reprint').waitFor()
  await picture('terminal-receipts')
  await part('stock').click()
  await part('stock-search').fill('coffee')
  await page.locator('[data-testid="stock-row"]').nth(2).waitFor()
  await picture('terminal-stock')
  await part('sync').click()
  await eventually('the queue shows what waits', async () => {
    if ((await page.getByTestId('queue-item').count()) === 0) throw new Error('nothing is in the queue')
  })
  await picture('terminal-sync')
  await part('shift').click()
  await part('shift-open').waitFor()
  await picture('terminal-shift')
  await part('sell').click()
  await till.waitUntilReady()
}
