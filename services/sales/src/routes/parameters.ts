/** Parameters that several routes take. */
import { Type } from 'typebox'
import { StoreId } from '@tidemark/contracts'
import { notFound } from '@tidemark/service-kit'
import type { Ledger } from '../stores/ledger-store.ts'

export const StorePath = Type.Object({ storeId: StoreId })
/** A real day of the calendar. */
export const DayParameter = Type.String({ format: 'date', description: 'Business date, YYYY-MM-DD' })
export const NoQuery = Type.Object({}, { additionalProperties: false })

/** Throws a 404 for a store of which nothing is known. */
export async function requireStore(ledger: Ledger, storeId: string): Promise<void> {
  if (!(await ledger.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
}
