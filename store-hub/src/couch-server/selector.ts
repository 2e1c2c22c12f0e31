// Mango selectors, by PouchDB's own rules.
import { filterInMemoryFields, massageSelector } from 'pouchdb-selector-core'
import { badRequest } from './errors.ts'

export type Selector = Readonly<Record<string, unknown>>

const RANGE_OPERATORS = new Set(['$eq', '$gt', '$gte', '$lt', '$lte'])

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What CouchDB understands and PouchDB does not, in PouchDB's words: `{}` means every document, and a list or an empty
 * object stands for itself.
 */
export function normalSelector(selector: Selector): Selector {
  // It would become the prototype of what PouchDB copies the selector to. No document has a member of this name.
  if (guard(() => JSON.stringify(selector)).includes('"__proto__":')) {
    throw badRequest('selector: the name __proto__ can not be asked for')
  }
  return guard(() => normalize(selector))
}

function normalize(selector: Selector): Selector {
  const entries = Object.entries(selector)
  if (entries.length === 0) return { _id: { $gt: null } }
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (name.startsWith('$')) return [name, Array.isArray(value) ? value.map(normalMember) : normalMember(value)]
      return [name, isValue(value) ? { $eq: value } : value]
    }),
  )
}

const isValue = (value: unknown): boolean =>
  Array.isArray(value) || (isObject(value) && Object.keys(value).length === 0)

const normalMember = (value: unknown): unknown => (isObject(value) ? normalize(value) : value)

/** Whether the index on these fields alone decides which documents are meant. */
export function isRangeSelector(selector: Selector, fields: readonly string[]): boolean {
  return Object.entries(massage(selector)).every(
    ([name, conditions]) =>
      fields.includes(name) &&
      isObject(conditions) &&
      Object.keys(conditions).every((operator) => RANGE_OPERATORS.has(operator)),
  )
}

export interface SelectedIds {
  /** inclusive bounds of the ids that can be meant, undefined for none */
  readonly startKey: string | undefined
  readonly endKey: string | undefined
  /** no id can be meant */
  readonly isEmpty: boolean
  /** what is left to look at in each document */
  readonly selector: Selector
}

/**
 * What the conditions on `_id` say. To CouchDB an id is less than no other kind of value: in the index of ids, which it
 * reads in Erlang's order, lists and objects come before all texts.
 */
export function selectIds(selector: Selector): SelectedIds {
  const massaged = massage(selector)
  const conditions = massaged['_id']
  if (!isObject(conditions)) return { startKey: undefined, endKey: undefined, isEmpty: false, selector: massaged }
  const kept: Record<string, unknown> = {}
  let [startKey, endKey]: (string | undefined)[] = []
  let isEmpty = false
  for (const [operator, value] of Object.entries(conditions)) {
    const isLower = operator === '$gt' || operator === '$gte'
    const isUpper = operator === '$lt' || operator === '$lte'
    if (typeof value !== 'string' && (isLower || isUpper)) {
      isEmpty ||= isUpper
      continue
    }
    kept[operator] = value
    if (typeof value !== 'string') continue
    if (isLower || operator === '$eq') startKey = value
    if (isUpper || operator === '$eq') endKey = value
  }
  const { _id, ...others } = massaged
  return { startKey, endKey, isEmpty, selector: Object.keys(kept).length === 0 ? others : { ...others, _id: kept } }
}

/** Whether a parsed document is one that the selector means. Throws 400 for a selector that can't be used. */
export function compileSelector(selector: Selector): (document: object) => boolean {
  const massaged = massage(selector)
  const fields = Object.keys(massaged)
  const matches = (doc: object): boolean =>
    guard(() => filterInMemoryFields([{ doc }], { selector: massaged }, fields).length === 1)
  matches({})
  return matches
}

const massage = (selector: Selector): Selector => guard(() => massageSelector(selector))

function guard<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw badRequest(`selector: ${error instanceof Error ? error.message : 'can not be used'}`)
  }
}
