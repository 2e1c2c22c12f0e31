/** Which rule a document in conflict falls under, and whether it takes a person. */
import type { ConflictPolicy } from '../documents/conflict-documents.ts'
import { documentTypeOf } from '../documents/document-types.ts'
import { withoutReplicationFields } from './content-fields.ts'
import { isSameJson } from './same-json.ts'

type Fields = Readonly<Record<string, unknown>>

/** Types that head office owns: its revision stands. */
const headOfficeTypes = new Set(['tax-rate', 'promotion', 'price-change', 'cashier', 'terminal', 'store'])

/**
 * Fields of a product that two people may not both have changed: the merge would sell at a price that nobody set. Those of one
 * group mean something only together: a price in another currency, or for another unit, is another price.
 */
export const manualProductFields: readonly (readonly string[])[] = [
  ['priceMinor', 'currency', 'unit'],
  ['taxCode'],
  ['barcodes'],
]

/** A type that this release does not know falls under the last rule. */
export function policyOf(documentType: unknown): ConflictPolicy {
  if (documentTypeOf(documentType)?.immutable === true) return 'immutable'
  if (documentType === 'product') return 'field-merge'
  if (typeof documentType === 'string' && headOfficeTypes.has(documentType)) return 'server-wins'
  return 'last-write-wins'
}

/** The rule for these bodies of one document: that of their type, and a person's decision when they are not of one type. */
export function policyOfLeaves(leaves: readonly Fields[]): ConflictPolicy {
  const [first] = leaves
  return leaves.every((leaf) => leaf['type'] === first?.['type']) ? policyOf(first?.['type']) : 'manual'
}

/**
 * True when no rule can decide between these bodies of one document: they are not of one type, it is an immutable one with two
 * contents, or a product of which more than one branch changed the price, tax code or barcodes. `ancestor` is the last body that
 * they share; where it is not known any more, a difference counts as changed on both sides.
 */
export function needsPerson(documentType: unknown, leaves: readonly Fields[], ancestor?: Fields): boolean {
  const isOfOneType = leaves.every((leaf) => leaf['type'] === documentType)
  const policy = isOfOneType ? policyOf(documentType) : 'manual'
  if (policy === 'manual') return true
  if (policy === 'immutable') return !haveOneContent(leaves)
  if (policy !== 'field-merge') return false
  return contestedFields(leaves, ancestor).length > 0
}

/** True when the bodies say the same, whatever replication added to them. */
export function haveOneContent(bodies: readonly Fields[]): boolean {
  const [first, ...others] = bodies.map(withoutReplicationFields)
  return others.every((other) => isSameJson(other, first))
}

/** The groups of fields that more than one branch of a product changed, and not to the same. */
export function contestedFields(leaves: readonly Fields[], ancestor?: Fields): readonly (readonly string[])[] {
  return manualProductFields.filter((group) => {
    const values = leaves.map((leaf) => group.map((field) => leaf[field]))
    const before = ancestor === undefined ? undefined : group.map((field) => ancestor[field])
    const changed = before === undefined ? values : values.filter((value) => !isSameJson(value, before))
    return changed.length > 1 && changed.some((value) => !isSameJson(value, changed[0]))
  })
}
