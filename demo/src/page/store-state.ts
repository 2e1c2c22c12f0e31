/** What a person should think of a store. Pure. */
import type { StoreSnapshot } from '../page-server/snapshot-types.ts'

export type StoreState = 'synced' | 'syncing' | 'cut' | 'down'

/** One word for a store: what a person should think when looking at the card. */
export function stateOf(store: StoreSnapshot): StoreState {
  if (store.hub?.state !== 'running') return 'down'
  if (!store.isWanUp) return 'cut'
  const databases = store.status?.databases ?? []
  const waiting = databases.some(({ push, publish }) => (push?.lagDocuments ?? 0) + publish.lagDocuments > 0)
  return waiting || store.status === null ? 'syncing' : 'synced'
}
