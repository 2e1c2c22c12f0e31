import { expect, test } from 'vitest'
import { failuresBeforeAlert } from '../data/sync-status.ts'
import { Journal } from '../data/journal.ts'
import { memoryDatabases } from '../testing/memory-databases.ts'
import { cashSale } from '../testing/samples.ts'
import { listUnsent } from './queue-view.ts'

test('after five failed tries an item shows as failed, with its last error, and stays in the queue', async () => {
  const databases = memoryDatabases()
  const journal = new Journal(databases, () => new Date('2026-11-22T10:00:00.000Z'))
  const { _id } = await journal.recordSale(cashSale())
  const stateAfter = async (retries: number) => {
    const attempts = new Map([[_id, { retries, lastError: 'no answer from the hub' }]])
    const [item] = await listUnsent(databases, null, attempts, new Set())
    return [item?.state, item?.retries, item?.lastError]
  }
  expect(await stateAfter(4)).toEqual(['pending', 4, 'no answer from the hub'])
  expect(await stateAfter(failuresBeforeAlert)).toEqual(['failed', 5, 'no answer from the hub'])
})

test('what is unsent is the same whether it was looked at before or not: more sales, a part sent, another epoch, a month removed', async () => {
  const databases = memoryDatabases()
  const journal = new Journal(databases, () => new Date('2026-11-22T10:00:00.000Z'))
  const ids: string[] = []
  const sell = async (): Promise<void> => void ids.push((await journal.recordSale(cashSale()))._id)
  const unsent = async (epoch: string | null = 'one') =>
    (await listUnsent(databases, epoch, new Map(), new Set())).map(({ documentId }) => documentId)
  for (let count = 0; count < 4; count += 1) {
    await sell()
    expect(await unsent()).toEqual(ids)
  }
  await databases.positions.writePushed('sales-2026-11', { epoch: 'one', sequence: 2 })
  expect(await unsent()).toEqual(ids.slice(2))
  await sell()
  expect(await Promise.all([unsent(), unsent()])).toEqual([ids.slice(2), ids.slice(2)])
  expect(await unsent('another')).toEqual(ids)
  expect(await unsent()).toEqual(ids.slice(2))
  await databases.positions.writePushed('sales-2026-11', { epoch: 'one', sequence: 5 })
  expect(await unsent()).toEqual([])
  await databases.destroy('sales-2026-11')
  const again = new Journal(databases, () => new Date('2026-11-22T10:00:00.000Z'))
  const { _id } = await again.recordSale(cashSale())
  expect(await unsent()).toEqual([_id])
})
