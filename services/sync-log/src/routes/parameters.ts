/** Parameters that several routes take. */
import { Type } from 'typebox'
import { StoreId } from '@tidemark/contracts'
import { notFound } from '@tidemark/service-kit'
import type { AuditStore } from '../stores/audit-store.ts'

export const StorePath = Type.Object({ storeId: StoreId })

/** Throws a 404 for a store of which nothing is known. */
export async function requireStore(audit: AuditStore, storeId: string): Promise<void> {
  if (!(await audit.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
}
