/** What the routes of decisions share: who decides, and how a result becomes an answer. */
import { HEAD_OFFICE, serviceErrorCodes, type Author } from '@tidemark/contracts'
import { forbidden, HttpProblem, maySeeStore, type Principal } from '@tidemark/service-kit'
import type { ConflictCase } from '../domain/conflict-case.ts'
import type { DecisionResult } from '../decisions/decision-result.ts'

/** Throws the problem that a refused decision is. */
export function valueOf<Value>(result: DecisionResult<Value>): Value {
  switch (result.kind) {
    case 'done':
      return result.value
    case 'not-valid': {
      const detail = result.problems.map(({ field, message }) => `${field} ${message}`).join('; ')
      throw new HttpProblem(400, serviceErrorCodes.validationFailed, detail, result.problems)
    }
    case 'too-late':
      throw new HttpProblem(409, serviceErrorCodes.conflict, result.detail)
    case 'not-possible':
      throw new HttpProblem(422, serviceErrorCodes.notPossible, result.detail)
  }
}

export function authorOf({ subject, name }: Principal): Author {
  return { id: subject.slice(0, 64), role: 'head-office', name: name.slice(0, 100) }
}

export function maySeeCase(principal: Principal, { storeId, stores }: ConflictCase): boolean {
  return principal.stores === undefined || [storeId, ...stores].some((store) => maySeeStore(principal, store))
}

export function requireSight(principal: Principal, conflict: ConflictCase): void {
  if (!maySeeCase(principal, conflict))
    throw forbidden(`${principal.name} has no access to the stores of this conflict`)
}

/** What all stores share is decided by those who may act for all of them. */
export function requireDecider(principal: Principal, storeId: string): void {
  const may = storeId === HEAD_OFFICE ? principal.stores === undefined : maySeeStore(principal, storeId)
  if (!may) throw forbidden(`${principal.name} may not decide for ${storeId === HEAD_OFFICE ? 'all stores' : storeId}`)
}
