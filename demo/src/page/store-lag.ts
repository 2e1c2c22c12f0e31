/** What a store has not sent, summed up from its hub's status. Pure. */
import type { DatabaseStatus, EntityClass, FeedStatus } from '@tidemark/contracts'
import type { StoreSnapshot } from '../page-server/snapshot-types.ts'

export interface Lag {
  readonly documents: number
  /** Since when the oldest of them has waited; null while nothing waits. */
  readonly since: string | null
}

export interface ClassLag {
  readonly entityClass: EntityClass
  readonly unsent: Lag
  readonly unpublished: Lag
}

export type StoreState = 'synced' | 'syncing' | 'cut' | 'down'

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

/** One word for a store: what a person should think when looking at the card. */
export function stateOf(store: StoreSnapshot): StoreState {
  if (store.hub?.state !== 'running') return 'down'
  if (!store.isWanUp) return 'cut'
  const databases = store.status?.databases ?? []
  const waiting = databases.some(({ push, publish }) => (push?.lagDocuments ?? 0) + publish.lagDocuments > 0)
  return waiting || store.status === null ? 'syncing' : 'synced'
}
