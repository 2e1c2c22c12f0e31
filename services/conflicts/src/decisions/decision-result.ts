/** What a decision can come to. */
import type { FieldProblem } from '@tidemark/service-kit'

export type DecisionResult<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  /** Fields of the request that are wrong. */
  | { readonly kind: 'not-valid'; readonly problems: readonly FieldProblem[] }
  /** It was right once: the document or the case has changed since. */
  | { readonly kind: 'too-late'; readonly detail: string }
  /** It can't be done with this case at all. */
  | { readonly kind: 'not-possible'; readonly detail: string }

export const done = <Value>(value: Value): DecisionResult<Value> => ({ kind: 'done', value })
export const tooLate = (detail: string): DecisionResult<never> => ({ kind: 'too-late', detail })
export const notPossible = (detail: string): DecisionResult<never> => ({ kind: 'not-possible', detail })
export const notValid = (field: string, message: string): DecisionResult<never> => ({
  kind: 'not-valid',
  problems: [{ field, message }],
})
