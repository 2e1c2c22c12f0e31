/** The life of a receipt: who took it in when, put together from what each place has written down. */
import {
  journalId,
  maxJournalNumber,
  parseIncarnation,
  parseJournalId,
  receiptNumberOf,
  type SyncLogEvent,
} from '@tidemark/contracts'
import type { AuditEntry } from './audit-entry.ts'

export interface ReceiptKey {
  /** `journal:<incarnation>:<9 digits>` */
  readonly id: string
  /** As on the paper, `S001-T03-2-000017`. */
  readonly receipt: string
  readonly storeId: string
  readonly terminalId: string
}

export const places = ['terminal', 'hub', 'central', 'sales', 'inventory', 'audit'] as const
export type Place = (typeof places)[number]

export interface LifeStep {
  /** ISO 8601 by the clock of the place. */
  readonly at: string
  readonly place: Place
  readonly what: string
  /** The sync-log entry that tells of it. */
  readonly entryId?: string
  /** The receipt of a void or refund, which has a life of its own. */
  readonly receipt?: string
}

/** Takes a receipt's number in any case, or the id of its journal entry. Undefined for anything else. */
export function parseReceipt(text: string): ReceiptKey | undefined {
  const match = /^(s[0-9]{3,6}-t[0-9]{2}-[1-9][0-9]{0,5})-([0-9]{6,9})$/i.exec(text)
  const [incarnation, number] =
    match === null
      ? [parseJournalId(text)?.incarnation, parseJournalId(text)?.number]
      : [match[1]?.toLowerCase(), Number(match[2])]
  const owner = incarnation === undefined ? undefined : parseIncarnation(incarnation)
  if (incarnation === undefined || owner === undefined || number === undefined) return undefined
  if (number < 1 || number > maxJournalNumber) return undefined
  const { storeId, terminalId } = owner
  return { id: journalId(incarnation, number), receipt: receiptNumberOf(incarnation, number), storeId, terminalId }
}

/** What a hub's entry says about a document. */
export function hubStep({ _id, at, entry }: AuditEntry, documentId: string): LifeStep {
  return { at: timeOfStamp(at), place: 'hub', what: describeEvent(entry.event, documentId), entryId: _id }
}

function describeEvent(event: SyncLogEvent, documentId: string): string {
  switch (event.kind) {
    case 'documents-stored': {
      const rev = event.documents.find(({ id }) => id === documentId)?.rev ?? '?'
      return `stored in ${event.database} as revision ${rev}`
    }
    case 'documents-refused': {
      const reason = event.documents.find(({ id }) => id === documentId)?.reason ?? '?'
      return `refused from ${event.origin}: ${reason}`
    }
    case 'conflict-seen':
      return `has ${event.revs.length} live revisions in ${event.database}`
    case 'conflict-settled':
      return `the conflict is settled: ${event.rev} stands`
    case 'published-without-body':
      return `published without its body: ${event.reason}`
    case 'quarantine-offered':
      return `offered again by ${event.decidedBy}: ${event.accepted ? 'accepted' : (event.reason ?? 'refused')}`
    case 'quarantine-discarded':
      return `discarded by ${event.decidedBy}: ${event.reason}`
    case 'quarantine-restored':
      return `the discarding was taken back by ${event.decidedBy}`
    default:
      return event.kind
  }
}

/** `2026-11-22T09:00:00.000Z-0001-s001t03` → `2026-11-22T09:00:00.000Z`. */
export function timeOfStamp(stamp: string): string {
  return stamp.slice(0, 24)
}

/** By time; at the same time in the order in which a receipt travels. */
export function inOrder(steps: readonly LifeStep[]): readonly LifeStep[] {
  return steps.toSorted((a, b) =>
    a.at === b.at ? places.indexOf(a.place) - places.indexOf(b.place) : a.at < b.at ? -1 : 1,
  )
}
