/** What a till may do on `/db/`. */
import { classOfDatabase, parseIncarnation, salesPeriodOf } from '@tidemark/contracts'
import type { FastifyRequest } from 'fastify'
import type { CouchAccess, CouchPrincipal } from '../couch-server/index.ts'
import type { Terminals, TokenHolder } from './terminals.ts'

export interface TerminalPrincipal extends CouchPrincipal {
  readonly name: string
  readonly incarnation: string
  readonly terminalId: string
  readonly storeId: string
  readonly isReplaced: boolean
}

const monthsBack = 13
const monthsAhead = 1

/** `authenticate` answers at once: tokens are in memory. */
export interface TerminalAccess extends CouchAccess<TerminalPrincipal> {
  authenticate(request: FastifyRequest): TerminalPrincipal | undefined
}

/** Short tokens; only databases of a known class; no design documents; the sync log is the hub's own. */
export function terminalAccess(terminals: Terminals, now: () => Date): TerminalAccess {
  const isOpen = (database: string): boolean => {
    const period = salesPeriodOf(database)
    return period === undefined || isOpenPeriod(period, now())
  }
  const mayUse = (database: string): boolean => {
    const entityClass = classOfDatabase(database)
    return entityClass !== undefined && entityClass !== 'sync-log'
  }
  return {
    challenge: 'Bearer',
    authenticate: (request) => {
      const token = bearerToken(request.headers.authorization)
      const holder = token === undefined ? undefined : terminals.authenticate(token)
      return holder === undefined ? undefined : principalOf(holder)
    },
    mayRead: (_principal, database) => mayUse(database),
    mayWrite: (_principal, database) => mayUse(database) && isOpen(database),
    // Only what a replication calls its checkpoints: the hub's own notes lie beside them, under short names.
    mayWriteLocal: (_principal, _database, id) => /^_local\/[A-Za-z0-9._=+-]{20,200}$/.test(id),
    mayAdminister: () => false,
    mayCreateDatabase: (_principal, database) => mayUse(database) && isOpen(database),
  }
}

/** True for `2026-11` when it lies at most 13 months before and 1 month after the month of `now` (UTC). */
export function isOpenPeriod(period: string, now: Date): boolean {
  const [year, month] = period.split('-').map(Number)
  const months = (year ?? 0) * 12 + (month ?? 0) - (now.getUTCFullYear() * 12 + now.getUTCMonth() + 1)
  return months >= -monthsBack && months <= monthsAhead
}

/** What a request carries as its token. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9_-]{1,200})$/i.exec(header ?? '')?.[1]
}

/** The rights of a till. */
export function principalOf({ incarnation, isReplaced }: TokenHolder): TerminalPrincipal | undefined {
  const parsed = parseIncarnation(incarnation)
  if (parsed === undefined) return undefined
  const { storeId, terminalId } = parsed
  return { name: incarnation, roles: ['terminal'], incarnation, terminalId, storeId, isReplaced }
}
