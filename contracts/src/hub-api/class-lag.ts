/** What a store has not sent, summed up by class from its hub's status. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { EntityClass } from '../databases.ts'
import type { DatabaseStatus, FeedStatus } from './hub-status.ts'

export const Lag = Type.Object({
  documents: Type.Integer({ minimum: 0 }),
  /** Since when the oldest of them has waited; null while nothing waits. */
  since: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
})
export type Lag = Static<typeof Lag>

export const ClassLag = Type.Object({
  entityClass: EntityClass,
  /** Not at central yet. */
  unsent: Lag,
  /** Not in JetStream yet. */
  unpublished: Lag,
})
export type ClassLag = Static<typeof ClassLag>

export function lagByClass(databases: readonly DatabaseStatus[]): ClassLag[] {
  const classes = [...new Set(databases.map((database) => database.entityClass))]
  return classes.map((entityClass) => {
    const own = databases.filter((database) => database.entityClass === entityClass)
    return {
      entityClass,
      unsent: sumLag(own.map(({ push }) => push)),
      unpublished: sumLag(own.map(({ publish }) => publish)),
    }
  })
}

export function sumLag(feeds: readonly (FeedStatus | null)[]): Lag {
  const behind = feeds.filter((feed) => feed !== null).filter((feed) => feed.lagDocuments > 0)
  const since = behind.map((feed) => feed.behindSince).filter((time) => time !== null)
  return {
    documents: behind.reduce((total, feed) => total + feed.lagDocuments, 0),
    since: since.sort()[0] ?? null,
  }
}
