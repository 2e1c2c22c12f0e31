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
