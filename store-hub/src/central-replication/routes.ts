/** Which databases travel which way, and in what order. */
import { classesByPriority, classOfDatabase, salesPeriodOf, type EntityClass } from '@tidemark/contracts'

export type Direction = 'push' | 'pull'

export interface Route {
  readonly database: string
  readonly entityClass: EntityClass
  readonly direction: Direction
}

/** The ways of a database; none for a name that is no class of ours. The sync log only goes up. */
export function routesOf(database: string): Route[] {
  const entityClass = classOfDatabase(database)
  if (entityClass === undefined) return []
  const directions: readonly Direction[] = entityClass === 'sync-log' ? ['push'] : ['push', 'pull']
  return directions.map((direction) => ({ database, entityClass, direction }))
}

/** Sales first, then the other classes; within sales the newest period first; pushes before pulls. */
export function compareRoutes(a: Route, b: Route): number {
  return (
    classesByPriority.indexOf(a.entityClass) - classesByPriority.indexOf(b.entityClass) ||
    (salesPeriodOf(b.database) ?? '').localeCompare(salesPeriodOf(a.database) ?? '') ||
    Number(a.direction === 'pull') - Number(b.direction === 'pull')
  )
}

const pollMs = 2000
const oldPeriodPollMs = 30_000

/** How often central is asked whether a database moved there. Old periods hardly ever do. */
export function pollIntervalMs(database: string, now: Date): number {
  const period = salesPeriodOf(database)
  const lastMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7)
  return period === undefined || period >= lastMonth ? pollMs : oldPeriodPollMs
}
