/** Which rule a document in conflict falls under, and whether it takes a person. */
import type { ConflictPolicy } from '../documents/conflict-documents.ts'
import { documentTypeOf } from '../documents/document-types.ts'
import { isSameJson } from './same-json.ts'

type Fields = Readonly<Record<string, unknown>>

/** Types that head office owns: its revision stands. */
const headOfficeTypes = new Set(['tax-rate', 'promotion', 'price-change', 'cashier', 'terminal', 'store'])

/** Fields of a product that two people may not both have changed: the merge would sell at a price that nobody set. */
const manualProductFields = ['priceMinor', 'currency', 'taxCode', 'barcodes', 'unit'] as const

/** A type that this release does not know falls under the last rule. */
export function policyOf(documentType: unknown): ConflictPolicy {
  if (documentTypeOf(documentType)?.immutable === true) return 'immutable'
  if (documentType === 'product') return 'field-merge'
  if (typeof documentType === 'string' && headOfficeTypes.has(documentType)) return 'server-wins'
  return 'last-write-wins'
}

/**
 * True when no rule can decide between these bodies of one document: an immutable one with two contents, or a product of which
 * more than one branch changed the same price, tax code, unit or barcodes. `ancestor` is the last body that they share; where
 * it is not known any more, a difference counts as changed on both sides.
 */
export function needsPerson(documentType: unknown, leaves: readonly Fields[], ancestor?: Fields): boolean {
  const policy = policyOf(documentType)
  if (policy === 'immutable' || policy === 'manual') return true
  if (policy !== 'field-merge') return false
  return manualProductFields.some((field) => {
    const values = leaves.map((leaf) => leaf[field])
    const changed = ancestor === undefined ? values : values.filter((value) => !isSameJson(value, ancestor[field]))
    return changed.length > 1 && changed.some((value) => !isSameJson(value, changed[0]))
  })
}
