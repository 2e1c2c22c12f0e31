// CouchDB's built-in reduce functions over all values of a group at once.
import { BuiltInError } from './packages.js'

export type Reduce = (keys: unknown, values: readonly unknown[]) => unknown

const isNumber = (value: unknown): value is number => typeof value === 'number'

function requireNumbers(name: string, values: readonly unknown[]): readonly number[] {
  if (values.every(isNumber)) return values
  throw new BuiltInError(`The ${name} function requires that map values be numbers`)
}

/** Adds numbers, lists of numbers member by member, and objects of numbers field by field. */
function add(a: unknown, b: unknown): unknown {
  if (isNumber(a) && isNumber(b)) return a + b
  if (Array.isArray(a) || Array.isArray(b)) return addLists(toList(a), toList(b))
  if (isObject(a) && isObject(b)) {
    const sum = { ...a }
    for (const [name, value] of Object.entries(b)) sum[name] = name in sum ? add(sum[name], value) : value
    return sum
  }
  throw new BuiltInError('The _sum function requires that map values be numbers, lists of numbers or objects of them')
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const toList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

const zeroOf = (value: unknown): unknown => (Array.isArray(value) ? [] : isObject(value) ? {} : 0)

function addLists(a: readonly unknown[], b: readonly unknown[]): unknown[] {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a]
  return longer.map((value, index) => (index < shorter.length ? add(value, shorter[index]) : add(value, 0)))
}

/** Of numbers, or of lists of numbers of one length, place by place. */
function stats(values: readonly unknown[]): object {
  const [first] = values
  if (!Array.isArray(first)) return statsOfNumbers(values)
  const lists = values.map((value) => {
    if (Array.isArray(value) && value.length === first.length) return value as unknown[]
    throw new BuiltInError('The _stats function requires that map values be numbers or lists of one length')
  })
  return first.map((_number, place) => statsOfNumbers(lists.map((list) => list[place])))
}

function statsOfNumbers(values: readonly unknown[]): object {
  const numbers = requireNumbers('_stats', values)
  const result = {
    sum: 0,
    count: numbers.length,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    sumsqr: 0,
  }
  for (const value of numbers) {
    result.sum += value
    result.min = Math.min(result.min, value)
    result.max = Math.max(result.max, value)
    result.sumsqr += value * value
  }
  return result
}

function countDistinct(keys: unknown): number {
  return new Set((keys as [unknown, string][]).map(([key]) => JSON.stringify(key))).size
}

const builtIn: Readonly<Record<string, Reduce>> = {
  _sum: (_keys, values) => values.reduce(add, zeroOf(values[0])),
  _count: (_keys, values) => values.length,
  _stats: (_keys, values) => stats(values),
  _approx_count_distinct: (keys) => countDistinct(keys),
}

/**
 * The built-in of this name; undefined for JavaScript source. Like CouchDB it doesn't mind what stands behind the name.
 * Throws for a name that CouchDB hasn't got.
 */
export function findBuiltInReduce(source: string): Reduce | undefined {
  if (!source.startsWith('_')) return undefined
  const name = Object.keys(builtIn).find((known) => source.startsWith(known))
  const found = name === undefined ? undefined : builtIn[name]
  if (found === undefined) throw new BuiltInError(`${source.slice(0, 50)} is not a built-in reduce function`)
  return found
}
