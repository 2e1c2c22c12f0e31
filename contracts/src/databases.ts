/**
 * Databases. A class is a database, so priority, access and retention are per class; sales roll over monthly, so retention
 * drops whole databases and leaves no tombstones. At central each store has its own, but for the shared catalogue:
 *
 *     at terminal and hub   sales-2026-11              inventory             catalog   conflicts             sync-log
 *     at central            store-s001-sales-2026-11   store-s001-inventory  catalog   store-s001-conflicts  store-s001-sync-log
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { documentTypeOf } from './documents/document-types.ts'

export const EntityClass = Type.Enum(['sales', 'inventory', 'catalog', 'conflicts', 'sync-log'])
export type EntityClass = Static<typeof EntityClass>

/** Classes in the order in which they are synchronised: a slow catalogue can't hold up a sale. */
export const classesByPriority: readonly EntityClass[] = ['sales', 'inventory', 'conflicts', 'catalog', 'sync-log']

export const sharedCentralDatabase = 'catalog'

const salesDatabasePattern = /^sales-([0-9]{4}-(?:0[1-9]|1[0-2]))$/
const centralDatabasePattern = /^store-(s[0-9]{3,6})-(.+)$/

/** `2026-11-22` → `sales-2026-11`. */
export function salesDatabaseOf(businessDate: string): string {
  return `sales-${businessDate.slice(0, 7)}`
}

/** The period of a sales database, `sales-2026-11` → `2026-11`; undefined for any other name. */
export function salesPeriodOf(database: string): string | undefined {
  return salesDatabasePattern.exec(database)?.[1]
}

/** The class of a terminal's or hub's database; undefined for a name that is none of ours. */
export function classOfDatabase(database: string): EntityClass | undefined {
  if (salesDatabasePattern.test(database)) return 'sales'
  if (database === 'inventory' || database === 'catalog' || database === 'conflicts' || database === 'sync-log') {
    return database
  }
  return undefined
}

/**
 * The database (at terminal and hub) that a document belongs in; undefined for an unknown type or a journal entry
 * without a business date.
 */
export function databaseOfDocument(document: Readonly<Record<string, unknown>>): string | undefined {
  const entityClass = documentTypeOf(document['type'])?.entityClass
  if (entityClass !== 'sales') return entityClass
  const businessDate = document['businessDate']
  const database = typeof businessDate === 'string' ? salesDatabaseOf(businessDate) : undefined
  return database !== undefined && salesDatabasePattern.test(database) ? database : undefined
}

/** The name at central of a store's database: `('s001', 'inventory')` → `store-s001-inventory`. */
export function centralDatabaseOf(storeId: string, database: string): string {
  return database === sharedCentralDatabase ? sharedCentralDatabase : `store-${storeId}-${database}`
}

export interface StoreDatabase {
  readonly storeId: string
  /** The name at the hub. */
  readonly database: string
  readonly entityClass: EntityClass
}

/** Takes the central name of a store's database apart; undefined for `catalog` and for names that are none of ours. */
export function parseCentralDatabase(name: string): StoreDatabase | undefined {
  const match = centralDatabasePattern.exec(name)
  const [, storeId, database] = match ?? []
  if (storeId === undefined || database === undefined || database === sharedCentralDatabase) return undefined
  const entityClass = classOfDatabase(database)
  return entityClass === undefined ? undefined : { storeId, database, entityClass }
}
