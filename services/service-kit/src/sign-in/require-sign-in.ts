/**
 * The guard of all routes. It stands at the front door, before a body is read.
 *
 *     request ──► route open? ──yes──► handler
 *                    │ no
 *                    ▼
 *     verified token, else 401 ──► one of the route's roles, else 403 ──► its store in path and query, else 403 ──► handler
 *
 * A route that says nothing is for everybody who has signed in with a role: forgetting to say something never opens a route.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { forbidden } from '../errors.ts'
import { hasRole, nobody, requireStoreAccess, roles, type Principal, type Role } from './principal.ts'
import type { VerifyToken } from './verify-token.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Any of them will do; an admin always may. Everybody with a role, unless given. */
    roles?: readonly Role[]
    /** No token is asked for. */
    isOpen?: boolean
  }
  interface FastifyRequest {
    /** Who asks; `nobody` on open routes. */
    principal: Principal
  }
}

export function requireSignIn(app: FastifyInstance, verify: VerifyToken): void {
  app.decorateRequest('principal', {
    getter(this: FastifyRequest) {
      return principals.get(this) ?? nobody
    },
  })
  app.addHook('onRequest', async (request, reply) => {
    const { isOpen = false, roles: needed = roles } = request.routeOptions.config
    if (isOpen || request.is404) return
    const principal = await verify(tokenOf(request))
    principals.set(request, principal)
    if (!hasRole(principal, needed)) throw forbidden(`this needs the role ${needed.join(' or ')}`)
    for (const storeId of storesNamedBy(request)) requireStoreAccess(principal, storeId)
    reply.header('cache-control', 'no-store')
  })
}

/** Makes every route that is registered in this context from now on an open one: a site's files, a documentation page. */
export function openAllRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, isOpen: true }
  })
}

const principals = new WeakMap<FastifyRequest, Principal>()

/**
 * A browser can't set headers on a WebSocket; there the token is the second of two protocols, `new WebSocket(url, ['bearer', token])`.
 */
function tokenOf({ headers }: FastifyRequest): string | undefined {
  const given = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (given !== undefined || headers.upgrade?.toLowerCase() !== 'websocket') return given
  return /^bearer *, *(\S+)$/.exec(headers['sec-websocket-protocol'] ?? '')?.[1]
}

function storesNamedBy(request: FastifyRequest): readonly string[] {
  const named = [fieldOf(request.params, 'storeId'), fieldOf(request.query, 'storeId')].flat()
  return named.filter((value) => typeof value === 'string')
}

function fieldOf(container: unknown, name: string): unknown {
  return typeof container === 'object' && container !== null ? (container as Record<string, unknown>)[name] : undefined
}
