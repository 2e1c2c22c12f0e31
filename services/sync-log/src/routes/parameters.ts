/** Parameters that several routes take. */
import { Type } from 'typebox'
import { parseSyncLogId, StoreId, SyncLogEvent, TerminalId } from '@tidemark/contracts'
import { forbidden, invalidField, notFound, requireStoreAccess, type Principal } from '@tidemark/service-kit'
import type { AuditEntry } from '../domain/audit-entry.ts'
import type { AuditStore, EntryFilter } from '../stores/audit-store.ts'

export const StorePath = Type.Object({ storeId: StoreId })
export const EntryPath = Type.Object({
  entryId: Type.String({ pattern: '^log:[0-9a-f]{32}:[0-9]{12}$', description: 'log:<epoch>:<12 digits>' }),
})
export const NoQuery = Type.Object({}, { additionalProperties: false })

const Time = Type.String({ format: 'date-time', maxLength: 40, description: 'ISO 8601 with an offset' })

/** What narrows a list of entries down. */
export const filterParameters = {
  terminalId: Type.Optional(TerminalId),
  documentId: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
  kind: Type.Optional(Type.Enum(SyncLogEvent.anyOf.map(({ properties }) => properties.kind.const))),
  from: Type.Optional({ ...Time, description: 'The hub’s time, included' }),
  until: Type.Optional({ ...Time, description: 'The hub’s time, not included' }),
}

interface FilterQuery {
  readonly terminalId?: string | undefined
  readonly documentId?: string | undefined
  readonly kind?: string | undefined
  readonly from?: string | undefined
  readonly until?: string | undefined
}

/** Throws a 400 for times in the wrong order. */
export function filterOf(query: FilterQuery, storeId: string | undefined): EntryFilter {
  const { terminalId, documentId, kind } = query
  const [from, until] = [query.from, query.until].map((time) =>
    time === undefined ? undefined : new Date(time).toISOString(),
  )
  if (from !== undefined && until !== undefined && from >= until)
    throw invalidField('/query/until', 'must be after from')
  return { storeId, terminalId, documentId, kind, from, until }
}

/** Throws a 403 when a principal of some stores asks about all of them. */
export function requireScope(principal: Principal, { storeId, terminalId }: EntryFilter): void {
  const asked = storeId ?? terminalId?.split('-')[0]
  if (asked !== undefined) requireStoreAccess(principal, asked)
  else if (principal.stores !== undefined) throw forbidden('name the store: this account is for some stores only')
}

/** Throws a 404 for a store of which nothing is known. */
export async function requireStore(audit: AuditStore, storeId: string): Promise<void> {
  if (!(await audit.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
}

/** Throws a 404 for an entry that is not there and a 403 for one of a store that the principal may not see. */
export async function requireEntry(audit: AuditStore, principal: Principal, entryId: string): Promise<AuditEntry> {
  if (parseSyncLogId(entryId) === undefined) throw notFound(`${entryId} is no entry`)
  const found = (await audit.entries([entryId])).get(entryId)
  if (found === undefined) throw notFound(`the audit has no entry ${entryId}`)
  requireStoreAccess(principal, found.storeId)
  return found
}
