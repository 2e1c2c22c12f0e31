import { expect, test } from 'vitest'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'

test('no position outlives its database: what the next one holds would never be sent', async () => {
  const open = memoryBrowser()
  const databases = memoryDatabases((name) => {
    const database = open(name)
    const destroy = () => Promise.reject(new Error('the tab died'))
    return name === 'inventory' ? Object.assign(database, { destroy }) : database
  })
  await databases.named('inventory').put({ _id: 'movement:1' })
  await databases.positions.writePushed('inventory', { sequence: 1, epoch: 'a' })
  await expect(databases.destroy('inventory')).rejects.toThrow('the tab died')
  expect(await memoryDatabases(open).positions.readPushed('inventory')).toBeUndefined()
})
