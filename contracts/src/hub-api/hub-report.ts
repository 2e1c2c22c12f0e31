/**
 * What a hub tells head office of itself: the document `report` beside its lease, in a database of central that no class of
 * documents lives in. The hub that holds the lease writes it; nobody else does, so it has no conflicts to merge.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { StoreId } from '../identity.ts'
import { ClassLag } from './class-lag.ts'
import { WanState } from './hub-status.ts'

export const hubReportId = 'report'

/** Where a hub's lease and report lie at central. It is not replicated, and no service writes to it. */
export function hubDatabaseOf(storeId: string): string {
  return `store-${storeId}-hub`
}

const IsoTime = Type.String({ format: 'date-time' })
const Count = Type.Integer({ minimum: 0 })

export const HubReport = Type.Object({
  type: Type.Literal('hub-report'),
  storeId: StoreId,
  name: Type.String(),
  epoch: Type.String(),
  /** By the hub's clock, as all times here. */
  at: IsoTime,
  startedAt: IsoTime,
  /** The next report comes no later than so many seconds after this one while the line is up. */
  everySeconds: Type.Integer({ minimum: 1 }),
  nats: WanState,
  classes: Type.Array(ClassLag),
  terminals: Type.Object({ enrolled: Count, connected: Count }),
  refusedDocuments: Count,
  openConflicts: Count,
})
export type HubReport = Static<typeof HubReport>
