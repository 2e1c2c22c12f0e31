/** Which rule a document in conflict falls under. */
import { documentTypeOf, type ConflictPolicy } from '@tidemark/contracts'

/** Types that head office owns: its revision stands. */
const headOfficeTypes = new Set(['tax-rate', 'promotion', 'price-change', 'cashier', 'terminal', 'store'])

/** A type that this release does not know falls under the last rule. */
export function policyOf(documentType: unknown): ConflictPolicy {
  if (documentTypeOf(documentType)?.immutable === true) return 'immutable'
  if (documentType === 'product') return 'field-merge'
  if (typeof documentType === 'string' && headOfficeTypes.has(documentType)) return 'server-wins'
  return 'last-write-wins'
}
