/** The voids and refunds in a receipt's life: what the ledger knows of entries that name it, and what the entry itself names. */
import { isHeadOfficeIncarnation, parseJournalId, receiptNumberOf } from '@tidemark/contracts'
import { DatabaseMissingError, openDatabase, type CouchClient, type StoredDocument } from '@tidemark/service-kit'
import { timeOfStamp, type LifeStep } from '../domain/receipt-life.ts'

export interface Corrections {
  readonly steps: readonly LifeStep[]
  /** Receipt numbers of the entries that took it back, or parts of it. */
  readonly voidedBy: readonly string[]
  readonly refundedBy: readonly string[]
}

const nothing: Corrections = { steps: [], voidedBy: [], refundedBy: [] }
/** More than any receipt has; a life is read by a person. */
const maxNamed = 200

/** The ledger brings the entries together whatever order they came in. Nothing while there is no ledger. */
export async function readCorrections(client: CouchClient, journalId: string): Promise<Corrections> {
  const ledger = openDatabase(client, 'sales-ledger')
  try {
    const [voidRecord, refundRecord] = await Promise.all([
      ledger.get(`void:${journalId}`),
      ledger.get(`refunds:${journalId}`),
    ])
    const voids = idsIn(voidRecord?.['voids'])
    const refunds = idsIn(refundRecord?.['refunds'])
    const entries = await ledger.getMany([...voids, ...refunds])
    return {
      steps: [
        ...voids.map((id) => correctionStep(id, entries.get(id), 'voided')),
        ...refunds.map((id) => correctionStep(id, entries.get(id), 'refunded')),
      ].flat(),
      voidedBy: voids.flatMap(receiptOf),
      refundedBy: refunds.flatMap(receiptOf),
    }
  } catch (error) {
    if (error instanceof DatabaseMissingError) return nothing
    throw error
  }
}

/** The receipt that a void or refund is about; null for other entries. */
export function correctedReceipt(document: unknown): string | null {
  if (typeof document !== 'object' || document === null) return null
  const { voidOf, refundOf } = document as Readonly<Record<string, unknown>>
  const [receipt] = receiptOf(String(voidOf ?? refundOf ?? ''))
  return receipt ?? null
}

/** Of ids, or of objects that have one. */
function idsIn(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return []
  const ids = (list as unknown[]).map((item) =>
    typeof item === 'object' && item !== null && 'id' in item ? String(item.id) : String(item),
  )
  return ids.filter((id) => parseJournalId(id) !== undefined).slice(0, maxNamed)
}

function receiptOf(id: string): readonly string[] {
  const key = parseJournalId(id)
  return key === undefined ? [] : [receiptNumberOf(key.incarnation, key.number)]
}

function correctionStep(
  id: string,
  recorded: StoredDocument | undefined,
  verb: 'voided' | 'refunded',
): readonly LifeStep[] {
  const entry = recorded?.['entry'] as Readonly<Record<string, unknown>> | undefined
  const [receipt] = receiptOf(id)
  if (receipt === undefined || typeof entry?.['at'] !== 'string') return []
  const { at, by, reason, totals, currency } = entry
  const author = typeof by === 'object' && by !== null && 'id' in by ? String(by.id) : 'somebody'
  const isHeadOffice = isHeadOfficeIncarnation(parseJournalId(id)?.incarnation ?? '')
  const amount =
    typeof totals === 'object' && totals !== null && 'dueMinor' in totals
      ? `, ${String(totals.dueMinor)} ${String(currency)} in minor units`
      : ''
  return [
    {
      at: timeOfStamp(at),
      place: isHeadOffice ? 'central' : 'terminal',
      what: `${verb} with ${receipt} by ${author}${amount}: ${String(reason)}`,
      receipt,
    },
  ]
}
