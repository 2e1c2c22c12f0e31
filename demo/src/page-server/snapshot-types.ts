/** What the demo page is told each second. Types only: the page is built for a browser and imports them from here. */
import type { HubStatus } from '@tidemark/contracts'
import type { ProcessStatus } from '../process-status.ts'

export interface Snapshot {
  /** When it was taken, ISO 8601. */
  readonly at: string
  readonly stores: readonly StoreSnapshot[]
  readonly headOffice: HeadOfficeSnapshot
  readonly processes: readonly ProcessStatus[]
  readonly addresses: readonly { readonly name: string; readonly url: string }[]
}

export interface StoreSnapshot {
  readonly storeId: string
  readonly name: string
  readonly tillUrl: string
  readonly isWanUp: boolean
  /** Of the hub's process; null before it was first started. */
  readonly hub: ProcessStatus | null
  /** What the hub itself says; null while it does not answer. */
  readonly status: HubStatus | null
}

/** Null where the service that knows does not answer. */
export interface HeadOfficeSnapshot {
  readonly consoleUrl: string
  readonly days: readonly StoreDay[]
  readonly receipts: readonly ArrivedReceipt[]
  readonly stock: readonly StockRow[]
  readonly audit: readonly StoreAudit[]
  readonly openConflicts: number | null
}

export interface StoreDay {
  readonly storeId: string
  readonly name: string
  readonly date: string
  readonly total: { readonly sales: number; readonly grossMinor: number; readonly currency: string } | null
}

export interface ArrivedReceipt {
  /** As on paper, such as S001-T03-2-000017. */
  readonly receipt: string
  readonly storeId: string
  /** When it was sold, on the till's clock. */
  readonly soldAt: string
  /** When the ledger recorded it. */
  readonly recordedAt: string
  readonly dueMinor: number
  readonly currency: string
  readonly pieces: number
  readonly traceUrl: string | null
}

export interface StockRow {
  readonly sku: string
  readonly name: string
  readonly unit: 'piece' | 'gram'
  readonly stores: readonly { readonly storeId: string; readonly onHand: number | null }[]
}

export interface StoreAudit {
  readonly storeId: string
  readonly name: string
  /** `none`: the audit trail has not heard of the store yet. */
  readonly state: 'verified' | 'broken' | 'none' | 'unknown'
  readonly entries: number
}
