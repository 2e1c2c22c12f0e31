import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onHandAfter, stockLinesOf } from '@tidemark/contracts'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStockFile, type StockFile } from './stock-file.ts'

type Fields = Readonly<Record<string, unknown>> & { readonly _id: string }

const skus = ['A', 'B', 'C']
const stampOf = (minute: number, lane: number): string =>
  `2026-11-22T09:${String(minute).padStart(2, '0')}:00.000Z-0000-s001t0${lane}`

let directory: string
let file: StockFile
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'stock-'))
  file = openStockFile(path.join(directory, 'stock.sqlite'))
  file.beginAnew('epoch')
})
afterEach(async () => {
  file.close()
  await rm(directory, { recursive: true, force: true })
})

const anyLine = fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 20 }) })
const anySource = fc.record({
  type: fc.constantFrom('sale', 'refund', 'stock-movement', 'stock-count', 'void'),
  minute: fc.integer({ min: 0, max: 59 }),
  lane: fc.integer({ min: 1, max: 3 }),
  lines: fc.array(anyLine, { minLength: 1, maxLength: 3 }),
  sign: fc.constantFrom(1, -1),
  names: fc.nat(),
})
type Source = typeof anySource extends fc.Arbitrary<infer Value> ? Value : never

/** Documents of the sources, each with an id of its own; a void names one of the sales and refunds, which may come after it. */
function documentsOf(sources: readonly Source[]): Fields[] {
  const sold = sources.flatMap(({ type }, index) => (type === 'sale' || type === 'refund' ? [`journal:${index}`] : []))
  return sources.flatMap(({ type, minute, lane, lines, sign, names }, index): Fields[] => {
    const at = stampOf(minute, lane)
    const [line] = lines
    if (type === 'stock-count') return [{ _id: `count:${index}`, type, at, sku: line?.sku, quantity: line?.quantity }]
    if (type === 'stock-movement') {
      return [
        {
          _id: `movement:${index}`,
          type,
          at,
          lines: lines.map((each) => ({ ...each, quantity: sign * each.quantity })),
        },
      ]
    }
    if (type !== 'void') return [{ _id: `journal:${index}`, type, at, lines }]
    const voidOf = sold[names % Math.max(1, sold.length)]
    return voidOf === undefined ? [] : [{ _id: `journal:${index}`, type, at, voidOf }]
  })
}

/** The rule word by word, over all documents at once. */
function levelsOf(documents: readonly Fields[]): Map<string, number> {
  const changes: { sku: string; at: string; quantity: number }[] = []
  for (const document of documents) {
    for (const line of stockLinesOf(document) ?? []) changes.push({ ...line, at: String(document['at']) })
    const voids = documents.filter(({ type, voidOf }) => type === 'void' && voidOf === document._id)
    const [earliest] = voids.map(({ at }) => String(at)).sort()
    if (earliest === undefined) continue
    for (const { sku, quantity } of stockLinesOf(document) ?? [])
      changes.push({ sku, quantity: -quantity, at: earliest })
  }
  const levels = new Map<string, number>()
  for (const sku of skus) {
    const counts = documents
      .filter((document) => document['type'] === 'stock-count' && document['sku'] === sku)
      .map(({ _id, at, quantity }) => ({ id: _id, at: String(at), quantity: Number(quantity) }))
    const own = changes.filter((change) => change.sku === sku)
    if (own.length + counts.length > 0) levels.set(sku, onHandAfter(undefined, { changes: own, counts }))
  }
  return levels
}

it('comes to the same levels in whatever order, in whatever batches and however often documents come', () => {
  fc.assert(
    fc.property(
      fc.array(anySource, { maxLength: 25 }),
      fc.array(fc.nat()),
      fc.integer({ min: 1, max: 7 }),
      (sources, mix, size) => {
        file.beginAnew('epoch')
        const documents = documentsOf(sources)
        const byId = new Map(documents.map((document) => [document._id, document]))
        const again = mix.flatMap((pick) => documents[pick % Math.max(1, documents.length)] ?? [])
        const arriving = [...documents, ...again].sort((a, b) => orderOf(a, mix) - orderOf(b, mix))
        for (let from = 0; from < arriving.length; from += size) {
          const batch = { database: 'inventory', sequence: from + size, documents: arriving.slice(from, from + size) }
          file.take(batch, (id) => byId.get(id))
        }
        const levels = new Map(file.levelsAfter(0, 100).map(({ sku, onHand }) => [sku, onHand]))
        for (const [sku, onHand] of levelsOf(documents)) expect([sku, levels.get(sku) ?? 0]).toEqual([sku, onHand])
      },
    ),
  )
})

it('says what changed since an earlier answer, and which documents are in it', () => {
  const sale = (id: string, sku: string): Fields => ({
    _id: id,
    type: 'sale',
    at: stampOf(1, 1),
    lines: [{ sku, quantity: 2 }],
  })
  file.take({ database: 'sales-2026-11', sequence: 1, documents: [sale('journal:1', 'A')] }, () => undefined)
  const [first] = file.levelsAfter(0, 10)
  expect(first).toMatchObject({ sku: 'A', onHand: -2, countedAt: null })
  file.take({ database: 'sales-2026-11', sequence: 2, documents: [sale('journal:2', 'B')] }, () => undefined)
  expect(file.levelsAfter(first?.version ?? 0, 10).map(({ sku }) => sku)).toEqual(['B'])
  expect(file.included(['journal:2', 'journal:3'])).toEqual(['journal:2'])
  expect(file.positions().get('sales-2026-11')).toBe(2)
})

it('begins anew where its file is damaged', async () => {
  file.close()
  const name = path.join(directory, 'stock.sqlite')
  await writeFile(name, 'this is no database at all, whatever it was before')
  file = openStockFile(name)
  expect([file.epoch(), file.positions().size]).toEqual(['', 0])
  file.beginAnew('epoch')
})

/** Some order that is the same for the same mix. */
function orderOf({ _id }: Fields, mix: readonly number[]): number {
  const [, number = '0'] = _id.split(':')
  return (Number(number) * 7919 + (mix[0] ?? 0)) % 31
}
