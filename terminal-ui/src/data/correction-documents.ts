/** Builds the journal entries that correct others: refunds and voids. Pure. */
import type { Author, Refund, Sale, Void } from '@tidemark/contracts'
import type { EntryDraft } from './journal.ts'
import { entryFields, type EntryContext } from './journal-entry.ts'

export interface RefundContent {
  readonly sale: Pick<Sale, '_id' | 'customerReference'>
  readonly sold: Pick<Refund, 'currency' | 'lines' | 'totals' | 'payments'>
  readonly reason: string
  readonly approvedBy?: Author | undefined
  readonly exchange?: Refund['exchange'] | undefined
}

export function refundDraft(context: EntryContext, content: RefundContent): EntryDraft<Refund> {
  const { sale, sold, reason, approvedBy, exchange } = content
  const { customerReference } = sale
  const build: EntryDraft<Refund>['build'] = (place) => ({
    ...entryFields('refund', context, place),
    ...sold,
    refundOf: sale._id,
    reason,
    ...(customerReference === undefined ? {} : { customerReference }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(exchange === undefined ? {} : { exchange }),
  })
  return { enrolment: context.enrolment, trace: context.trace, build }
}

export interface VoidContent {
  /** Journal id of a sale or a refund. */
  readonly voidOf: string
  readonly reason: string
  readonly approvedBy?: Author | undefined
}

export function voidDraft(context: EntryContext, { voidOf, reason, approvedBy }: VoidContent): EntryDraft<Void> {
  const build: EntryDraft<Void>['build'] = (place) => ({
    ...entryFields('void', context, place),
    voidOf,
    reason,
    ...(approvedBy === undefined ? {} : { approvedBy }),
  })
  return { enrolment: context.enrolment, trace: context.trace, build }
}
