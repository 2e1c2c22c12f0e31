import { shiftFigures, type Refund, type Sale } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { memoryDatabases } from '../testing/memory-databases.ts'
import { cartOfOne, cashSale, store } from '../testing/samples.ts'
import { refundDraft, voidDraft } from './correction-documents.ts'
import { noteCorrection, readCorrectedSale } from './correction-index.ts'
import { planTillRefund, voidProblemOf } from './correction-rules.ts'
import { Journal } from './journal.ts'
import { newestFirst, readEntry } from './journal-reader.ts'
import { cashMovementDraft, shiftCloseDraft, shiftOpenDraft } from './shift-documents.ts'
import { ShiftLog } from './shift-log.ts'

const incarnation = 's001-t03-1'
/** Each act has a trace of its own, as at the till. */
const act = () => ({ ...cashSale(), trace: cartOfOne().trace })

function openTill(start = '2026-11-30T22:00:00.000Z') {
  const databases = memoryDatabases()
  let ms = Date.parse(start)
  const journal = new Journal(databases, () => new Date((ms += 60_000)))
  const shifts = new ShiftLog(databases, journal)
  const sell = () => journal.recordSale(cashSale())
  const voidOf = (id: string) => journal.append(voidDraft(act(), { voidOf: id, reason: 'typing error' }))
  const refund = async (sale: Sale, quantity: number): Promise<Refund> => {
    const corrected = await readCorrectedSale(databases, sale)
    const plan = planTillRefund(corrected, { lines: [{ lineNumber: 1, quantity }] }, store.cashIncrementMinor)
    if (!plan.ok) throw new Error(plan.problems.map(({ message }) => message).join())
    return journal.append(refundDraft(act(), { sale, sold: plan.sold, reason: 'does not fit' }))
  }
  return { databases, journal, shifts, sell, voidOf, refund }
}

test('a shift over midnight at the end of a month is counted whole, and known after its mark is lost', async () => {
  const { databases, journal, shifts, sell, voidOf } = openTill('2026-11-30T23:55:00.000Z')
  const before = await sell()
  expect(await shifts.current(incarnation)).toBeUndefined()
  const open = await shifts.open(shiftOpenDraft(act(), 10_000))
  const sales = [await sell(), await sell(), await sell(), await sell(), await sell()]
  expect(await databases.salesDatabases()).toHaveLength(2)
  await voidOf(sales[0]?._id ?? '')
  await journal.append(cashMovementDraft(act(), { direction: 'out', amountMinor: 450, reason: 'stamps' }))
  await databases.device.forget('shift')
  expect((await shifts.current(incarnation))?._id).toBe(open._id)
  const dueMinor = before.totals.dueMinor
  const { expectedMinor } = shiftFigures(await shifts.content(open))
  expect(expectedMinor).toBe(10_000 + 4 * dueMinor - 450)
  const count = { shiftOpen: open._id, expectedMinor, countedMinor: expectedMinor - 5 }
  const close = await shifts.close(shiftCloseDraft(act(), count))
  await sell()
  expect(shiftFigures(await shifts.content(open, close)).expectedMinor).toBe(expectedMinor)
  await databases.device.forget('shift')
  expect(await shifts.current(incarnation)).toBeUndefined()
  expect(await shifts.closed(incarnation, 10)).toMatchObject([{ open: { _id: open._id }, close: { _id: close._id } }])
})

test('no more of a sale is given back than was sold, and a voided refund gives it free again', async () => {
  const { databases, journal, voidOf, refund } = openTill()
  const cart = cartOfOne()
  const three = { ...cart, lines: cart.lines.map((line) => ({ ...line, quantity: 3 })) }
  const sale = await journal.recordSale(cashSale(three, 5000))
  const first = await refund(sale, 2)
  await expect(refund(sale, 2)).rejects.toThrow('sold 3, refunded 2 before, left 1, asked for 2')
  await voidOf(first._id)
  const parts = [await refund(sale, 1), await refund(sale, 1), await refund(sale, 1)]
  await expect(refund(sale, 1)).rejects.toThrow('left 0')
  expect(parts.reduce((total, { totals }) => total + totals.grossMinor, 0)).toBe(sale.totals.grossMinor)
  // A hint whose entry was never stored, because the tab died between the two.
  await noteCorrection(databases, { ...first, _id: 'journal:s001-t03-1:000000099' })
  expect((await readCorrectedSale(databases, sale)).refunds).toHaveLength(4)
})

test('a receipt is voided once, in its own shift, and not after something of it was given back', async () => {
  const { databases, shifts, sell, voidOf, refund } = openTill()
  const early = await sell()
  const open = await shifts.open(shiftOpenDraft(act(), 0))
  const [voided, refunded] = [await sell(), await sell()]
  await voidOf(voided._id)
  await refund(refunded, 1)
  const problemOf = async (sale: Sale, place: Parameters<typeof voidProblemOf>[1] = open) =>
    voidProblemOf(sale, place, await readCorrectedSale(databases, sale))
  expect(await problemOf(early)).toBe('other-shift')
  expect(await problemOf(voided)).toBe('voided')
  expect(await problemOf(refunded)).toBe('refunded')
  expect(await problemOf(await sell())).toBeUndefined()
  expect(await problemOf(await sell(), { incarnation: 's001-t04-1', number: 1 })).toBe('other-lane')
  expect(voidProblemOf(early, undefined, { refunds: [], voided: new Set() })).toBe('no-shift')
})

test('what other lanes sold is read between the till’s own, newest first, and never counts as its own', async () => {
  const { databases, journal, sell } = openTill('2026-11-22T10:00:00.000Z')
  const own = [await sell(), await sell()]
  await databases.keepReceived(['sales-2026-11', 'sales-2026-10'])
  const at = '2026-11-22T10:01:30.000Z-0000-s001t07'
  const other = {
    ...own[0],
    _id: 'journal:s001-t07-1:000000001',
    _rev: '1-a',
    incarnation: 's001-t07-1',
    number: 1,
    at,
  }
  await databases.received('sales-2026-11').bulkDocs([other], { new_edits: false })
  const ids: string[] = []
  for await (const page of newestFirst(databases)) ids.push(...page.map(({ _id }) => _id))
  expect(ids).toEqual([own[1]?._id, other._id, own[0]?._id])
  expect((await readEntry(databases, other._id))?.number).toBe(1)
  expect((await journal.head('s001-t07-1')).number).toBe(0)
  expect((await journal.head(incarnation)).number).toBe(2)
})
