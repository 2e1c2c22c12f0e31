import { expect, test } from 'vitest'
import { memoryDatabases } from '../testing/memory-databases.ts'
import { prepareData, type Migration } from './data-version.ts'

const enrolment = {
  storeId: 's001',
  terminalId: 's001-t03',
  incarnation: 's001-t03-1',
  token: 'x'.repeat(32),
  epoch: 'e',
}

test('data of an older version is brought forward step by step, and a step that failed is done again', async () => {
  const databases = memoryDatabases()
  await databases.device.write('enrolment', enrolment)
  const done: string[] = []
  let isBroken = true
  const steps: Migration[] = [
    async () => void done.push('1 → 2'),
    async () => {
      if (isBroken) throw new Error('the tab died')
      done.push('2 → 3')
    },
  ]
  await expect(prepareData(databases, steps)).rejects.toThrow('the tab died')
  isBroken = false
  expect(await prepareData(databases, steps)).toEqual({ outcome: 'ready' })
  expect(await prepareData(databases, steps)).toEqual({ outcome: 'ready' })
  expect(done).toEqual(['1 → 2', '2 → 3'])
})

test('a new browser begins at the present version, and data of a newer one is refused', async () => {
  const databases = memoryDatabases()
  const never: Migration = () => Promise.reject(new Error('there is nothing to bring forward'))
  expect(await prepareData(databases, [never])).toEqual({ outcome: 'ready' })
  expect(await prepareData(databases, [])).toEqual({ outcome: 'newer', found: 2, known: 1 })
})

test('a till of the release before still knows what it has sent', async () => {
  const databases = memoryDatabases()
  await databases.device.write('enrolment', enrolment)
  await databases.device.write('data-version', { version: 2 })
  await databases.sales('sales-2026-11')
  const position = { sequence: 7, epoch: 'e' }
  await databases.named('device').put({ _id: 'position:sales-2026-11', value: position })
  expect(await prepareData(databases)).toEqual({ outcome: 'ready' })
  expect(await databases.positions.readPushed('sales-2026-11')).toEqual(position)
})
