// Mango selectors, by PouchDB's own rules.
import { filterInMemoryFields, massageSelector } from 'pouchdb-selector-core'
import { badRequest } from './errors.ts'

export type Selector = Readonly<Record<string, unknown>>

const RANGE_OPERATORS = new Set(['$eq', '$gt', '$gte', '$lt', '$lte'])

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What CouchDB understands and PouchDB does not, in PouchDB's words: `{}` is every document, `{field: {}}` an empty object. */
export function normalSelector(selector: Selector): Selector {
  const entries = Object.entries(selector)
  if (entries.length === 0) return { _id: { $gt: null } }
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (name.startsWith('$')) return [name, Array.isArray(value) ? value.map(normalMember) : normalMember(value)]
      return [name, isObject(value) && Object.keys(value).length === 0 ? { $eq: value } : value]
    }),
  )
}

const normalMember = (value: unknown): unknown => (isObject(value) ? normalSelector(value) : value)

/** Whether the index on these fields alone decides which documents are meant. */
export function isRangeSelector(selector: Selector, fields: readonly string[]): boolean {
  return Object.entries(massage(selector)).every(
    ([name, conditions]) =>
      fields.includes(name) &&
      isObject(conditions) &&
      Object.keys(conditions).every((operator) => RANGE_OPERATORS.has(operator)),
  )
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
    throw badRequest(error instanceof Error ? error.message : 'selector: can not be used')
  }
}
