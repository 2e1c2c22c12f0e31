import { expect, test, vi } from 'vitest'
import { Journal } from '../data/journal.ts'
import { memoryDatabases } from '../testing/memory-databases.ts'
import { cashSale } from '../testing/samples.ts'
import { StatusBoard } from './status-board.ts'

test('a sale counts as unsent from the moment it is told of, and a slow look from before it changes nothing', async () => {
  const databases = memoryDatabases()
  const journal = new Journal(databases, () => new Date('2026-11-22T10:00:00.000Z'))
  await journal.recordSale(cashSale())
  const month = databases.named('sales-2026-11')
  await databases.positions.writePushed('sales-2026-11', { epoch: 'one', sequence: 1 })
  const board = new StatusBoard(databases, 'http://hub', () => undefined)
  board.online = true
  board.epoch = 'one'
  await board.load()
  expect(board.status('idle').indicator).toBe('synced')

  const read = month.changes.bind(month)
  const gate = Promise.withResolvers<undefined>()
  vi.spyOn(month, 'changes').mockImplementationOnce(async (options) => {
    const found = await read(options)
    await gate.promise
    return found
  })
  const slow = board.refreshUnsent()
  await expect.poll(() => vi.mocked(month.changes).mock.calls.length).toBe(1)
  await journal.recordSale(cashSale())
  const counted = board.countWrite()
  expect(board.status('idle').indicator).toBe('syncing')
  await counted
  expect(board.status('idle').unsentReceipts).toBe(1)
  gate.resolve(undefined)
  await slow
  expect(board.status('idle')).toMatchObject({ indicator: 'syncing', unsentReceipts: 1, counting: false })
})
