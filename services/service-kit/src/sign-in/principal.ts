/** Who asks, and what they may do: taken from a verified token's claims. */
import { Type } from 'typebox'
import { schemaProblems } from '@tidemark/contracts'
import { forbidden } from '../errors.ts'

/**
 * `viewer` reads, `manager` decides (refunds, resolutions, prices, imports, transfers), `auditor` queries and exports the
 * audit trail, `admin` may do everything.
 */
export const roles = ['viewer', 'manager', 'auditor', 'admin'] as const
export type Role = (typeof roles)[number]

export interface Principal {
  /** Who it is at the issuer, the claim `sub`. */
  readonly subject: string
  /** For people to read; the subject where the token has no name. */
  readonly name: string
  readonly roles: readonly Role[]
  /** Stores that the principal may see and act for; undefined for all of them. */
  readonly stores: readonly string[] | undefined
}

/** Of a request to an open route. */
export const nobody: Principal = Object.freeze({ subject: 'nobody', name: 'nobody', roles: [], stores: [] })
/** Of every request while sign-in is switched off. */
export const developer: Principal = Object.freeze({
  subject: 'development',
  name: 'development',
  roles: ['admin'],
  stores: undefined,
} satisfies Principal)

const Claims = Type.Object({
  sub: Type.String({ minLength: 1, maxLength: 256 }),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  roles: Type.Array(Type.String(), { maxItems: 100 }),
  // A claim that can't be read must not pass for an absent one, which would mean all stores.
  stores: Type.Optional(Type.Array(Type.String(), { maxItems: 10_000 })),
})

export type PrincipalResult =
  { readonly ok: true; readonly principal: Principal } | { readonly ok: false; readonly problem: string }

/** Roles that no service knows are left out: an issuer may have others for other systems. */
export function principalOf(claims: unknown): PrincipalResult {
  const [problem] = schemaProblems(Claims, claims)
  if (problem !== undefined) return { ok: false, problem: `claim ${problem.field} ${problem.message}` }
  const { sub, name, roles: given, stores } = claims as Type.Static<typeof Claims>
  return {
    ok: true,
    principal: { subject: sub, name: name ?? sub, roles: roles.filter((role) => given.includes(role)), stores },
  }
}

/** True when the principal has one of the roles, or is an admin. */
export function hasRole(principal: Principal, needed: readonly Role[]): boolean {
  return principal.roles.some((role) => role === 'admin' || needed.includes(role))
}

export function maySeeStore(principal: Principal, storeId: string): boolean {
  return principal.stores === undefined || principal.stores.includes(storeId)
}

/** For a store that is named in a body, or is found out on the way: throws a 403. Stores in path and query are checked already. */
export function requireStoreAccess(principal: Principal, storeId: string): void {
  if (!maySeeStore(principal, storeId)) throw forbidden(`${principal.name} has no access to store ${storeId}`)
}
