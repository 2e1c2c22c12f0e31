/** Totals as people ask for them, from the sums of days. Integer minor units; amounts of different currencies are never added. */
import { figures, nameKey, type DaySums, type Figures, type ProductSums } from './sum-entries.ts'

const none = Object.fromEntries(figures.map((name) => [name, 0])) as Figures

/** One group of a report. */
export interface GroupTotals extends Figures {
  readonly key: string
  readonly currency: string | null
}

export type Grouping = 'day' | 'hour' | 'terminal' | 'cashier' | 'store'

export interface CellOf {
  readonly sums: DaySums
  readonly currency: string
  readonly key: string
  readonly values: readonly number[]
}

/** The cells of one dimension. */
export function* cellsOf(days: readonly DaySums[], dimension: string): Generator<CellOf> {
  for (const sums of days) {
    for (const [name, values] of Object.entries(sums.cells)) {
      const [found = '', currency = '', ...key] = name.split('|')
      if (found === dimension) yield { sums, currency, key: key.join('|'), values }
    }
  }
}

const dimensions = { day: 'all', terminal: 'all', store: 'all', hour: 'quarter', cashier: 'cashier' } as const

/** `localHour` turns a UTC time into an hour of the store's day, such as `2026-11-22T10`. In the order of the keys. */
export function groupTotals(
  days: readonly DaySums[],
  by: Grouping,
  localHour: (utc: string, storeId: string) => string,
): readonly GroupTotals[] {
  const keyOf = ({ sums, key }: CellOf): string => {
    if (by === 'day') return sums.businessDate
    if (by === 'terminal') return sums.terminalId
    if (by === 'store') return sums.storeId
    return by === 'hour' ? localHour(`${key}:00.000Z`, sums.storeId) : key
  }
  const groups = new Map<string, Map<string, Figures>>()
  for (const cell of cellsOf(days, dimensions[by])) {
    const key = keyOf(cell)
    const group = groups.get(key) ?? new Map<string, Figures>()
    group.set(cell.currency, addFigures(group.get(cell.currency) ?? none, figuresOfCell(cell.values)))
    groups.set(key, group)
  }
  return [...groups].sort(byKey).flatMap(([key, group]) => rowsOf(group).map((row) => ({ key, ...row })))
}

/** Of entries of any currency: entries without one count with the currency that has most entries. */
export function totalsOf(days: readonly DaySums[]): readonly (Figures & { readonly currency: string | null })[] {
  const sums = new Map<string, Figures>()
  for (const { currency, values } of cellsOf(days, 'all')) {
    sums.set(currency, addFigures(sums.get(currency) ?? none, figuresOfCell(values)))
  }
  return rowsOf(sums)
}

function rowsOf(sums: ReadonlyMap<string, Figures>): (Figures & { readonly currency: string | null })[] {
  const withCurrency = [...sums].filter(([currency]) => currency !== '')
  const without = sums.get('') ?? none
  const [main, ...others] = withCurrency.sort((a, b) => b[1].entries - a[1].entries || byKey(a, b))
  if (main === undefined) return [{ currency: null, ...without }]
  const rest = others.map(([currency, row]) => ({ currency, ...row }))
  return [{ currency: main[0], ...addFigures(main[1], without) }, ...rest]
}

export interface PaymentTotals {
  readonly method: string
  readonly currency: string
  readonly payments: number
  readonly amountMinor: number
}

export function paymentTotals(days: readonly DaySums[]): readonly PaymentTotals[] {
  return sumCells(cellsOf(days, 'payment'), 2).map(({ key, currency, values: [payments = 0, amountMinor = 0] }) => {
    return { method: key, currency, payments, amountMinor }
  })
}

export interface TaxTotals {
  readonly taxCode: string
  readonly taxRateBasisPoints: number
  readonly currency: string
  readonly netMinor: number
  readonly taxMinor: number
  readonly grossMinor: number
}

export function taxTotals(days: readonly DaySums[]): readonly TaxTotals[] {
  return sumCells(cellsOf(days, 'tax'), 3).map(({ key, currency, values }) => {
    const [rate = '', ...code] = key.split('|')
    const [netMinor = 0, taxMinor = 0, grossMinor = 0] = values
    return { taxCode: code.join('|'), taxRateBasisPoints: Number(rate), currency, netMinor, taxMinor, grossMinor }
  })
}

export interface ProductTotals {
  readonly sku: string
  readonly name: string
  readonly unit: string
  readonly currency: string
  readonly quantity: number
  readonly netMinor: number
  readonly taxMinor: number
  readonly grossMinor: number
}

export function productTotals(days: readonly ProductSums[]): readonly ProductTotals[] {
  const cells = days.flatMap((sums) =>
    Object.entries(sums.cells).map(([name, values]) => {
      const [, currency = '', ...key] = name.split('|')
      return { currency, key: key.join('|'), values }
    }),
  )
  const names = new Map(
    [...days]
      .sort((a, b) => (a.businessDate < b.businessDate ? -1 : 1))
      .flatMap((sums) => Object.entries(sums.names).map(([key, [, name, unit]]) => [key, { name, unit }] as const)),
  )
  return sumCells(cells, 4).map(({ key, currency, values }) => {
    const [quantity = 0, netMinor = 0, taxMinor = 0, grossMinor = 0] = values
    const { name = key, unit = 'piece' } = names.get(nameKey(key)) ?? {}
    return { sku: key, name, unit, currency, quantity, netMinor, taxMinor, grossMinor }
  })
}

type Cell = Pick<CellOf, 'key' | 'currency' | 'values'>

/** Cells of the same key and currency, added; by key, then currency. */
function sumCells(cells: Iterable<Cell>, width: number): readonly Cell[] {
  const sums = new Map<string, { key: string; currency: string; values: number[] }>()
  for (const { key, currency, values } of cells) {
    const name = `${currency}|${key}`
    const sum = sums.get(name) ?? { key, currency, values: Array.from({ length: width }, () => 0) }
    values.forEach((value, index) => (sum.values[index] = (sum.values[index] ?? 0) + value))
    sums.set(name, sum)
  }
  return [...sums.values()].sort((a, b) => compareText(a.key, b.key) || compareText(a.currency, b.currency))
}

function figuresOfCell(values: readonly number[]): Figures {
  return Object.fromEntries(figures.map((name, index) => [name, values[index] ?? 0])) as Figures
}

function addFigures(one: Figures, other: Figures): Figures {
  return Object.fromEntries(figures.map((name) => [name, one[name] + other[name]])) as Figures
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compareText(a[0], b[0])
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
