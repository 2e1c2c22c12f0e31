import type { DurabilityStage } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { Journal } from '../data/journal.ts'
import { buildUnsentFile, listOwnDocuments } from '../data/unsent-file.ts'
import { memoryDatabases } from '../testing/memory-databases.ts'
import { cashSale } from '../testing/samples.ts'
import { dropOldPeriods } from './drop-periods.ts'

const enrolment = {
  storeId: 's001',
  terminalId: 's001-t03',
  incarnation: 's001-t03-1',
  token: 'x'.repeat(32),
  epoch: 'e',
}

async function tillOfThreeMonths() {
  const databases = memoryDatabases()
  await databases.device.write('enrolment', enrolment)
  for (const month of ['08', '09', '10']) {
    const journal = new Journal(databases, () => new Date(`2026-${month}-20T10:00:00.000Z`))
    await journal.recordSale(cashSale())
  }
  return databases
}

const answering = (stage: DurabilityStage) => (receipts: readonly { id: string }[]) =>
  Promise.resolve(receipts.map(({ id }) => ({ id, stage })))

test('old data is cleaned: a month leaves the till when head office has every receipt of it, and never the one with the last receipt', async () => {
  const databases = await tillOfThreeMonths()
  const today = '2027-01-05'
  for (const stage of ['absent', 'hub'] as const) {
    expect(await dropOldPeriods(databases, answering(stage), { kept: 2, today })).toEqual([])
  }
  expect(await dropOldPeriods(databases, () => Promise.resolve(undefined), { kept: 2, today })).toEqual([])
  const refusal = { database: 'sales-2026-09', documentId: 'journal:s001-t03-1:000000002', reason: 'no' }
  await databases.device.recordRefusal(refusal, '2026-09-20T10:00:00.000Z')
  expect(await dropOldPeriods(databases, answering('central'), { kept: 2, today })).toEqual([
    { database: 'sales-2026-08', documents: 1 },
  ])
  await databases.device.forgetRefusal(refusal.documentId)
  await dropOldPeriods(databases, answering('audited'), { kept: 2, today })
  expect(await databases.salesDatabases()).toEqual(['sales-2026-10'])
  const journal = new Journal(databases, () => new Date('2027-01-05T10:00:00.000Z'))
  expect((await journal.recordSale(cashSale())).number).toBe(4)
})

test('a file of what is on the till names its enrolment, also after the till has left it, and carries revisions', async () => {
  const databases = await tillOfThreeMonths()
  await databases.device.write('last-enrolment', enrolment)
  await databases.device.forget('enrolment')
  const file = await buildUnsentFile(databases, await listOwnDocuments(databases), new Date('2026-11-22T10:00:00.000Z'))
  expect(file).toMatchObject({ storeId: 's001', incarnation: 's001-t03-1', documents: { length: 3 } })
  expect(file?.documents[0]?.document._rev).toBe(`1-${file?.documents[0]?.document._revisions.ids[0]}`)
})
