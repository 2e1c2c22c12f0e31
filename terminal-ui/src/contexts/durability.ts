/** How far each receipt has come: on this till, at the hub, at central, audited. Asked of the hub for the receipts on screen. */
import { maxDurabilityReceipts, salesDatabaseOf, type DurabilityStage } from '@tidemark/contracts'
import type { SyncStatus } from '../data/sync-status.ts'
import type { HubClient, Sender } from '../sync/hub-client.ts'

export type ReceiptStage = 'till' | 'hub' | 'central' | 'audited'

/** What names a receipt here. */
export interface ReceiptKey {
  readonly _id: string
  readonly businessDate: string
}

export interface DurabilityHost {
  readonly hub: HubClient
  readonly hubSession: Sender | undefined
  readonly syncStatus: SyncStatus | undefined
  changed(): void
}

const stages: readonly ReceiptStage[] = ['till', 'hub', 'central', 'audited']
const maxRemembered = 5_000

export class Durability {
  readonly #host: DurabilityHost
  #epoch: string | undefined
  #known = new Map<string, ReceiptStage>()

  constructor(host: DurabilityHost) {
    this.#host = host
  }

  /** What is known now; `look` learns more. */
  stageOf({ _id }: ReceiptKey): ReceiptStage {
    const isUnsent = this.#host.syncStatus?.unsent.some(({ documentId }) => documentId === _id) ?? true
    return isUnsent ? 'till' : (this.#known.get(_id) ?? 'hub')
  }

  /** Asks for those that may have come further. What the hub can't say now stays as it was. */
  async look(receipts: readonly ReceiptKey[]): Promise<void> {
    const { hub, hubSession: session } = this.#host
    const open = receipts
      .filter((receipt) => this.#known.get(receipt._id) !== 'audited')
      .slice(0, maxDurabilityReceipts)
    if (session === undefined || open.length === 0) return
    const answer = await hub.readDurability(session, {
      receipts: open.map(({ _id, businessDate }) => ({ database: salesDatabaseOf(businessDate), id: _id })),
    })
    if (answer.outcome !== 'ok') return
    // What an earlier store of the hub had, this one may not have.
    if (answer.value.epoch !== this.#epoch || this.#known.size > maxRemembered) this.#known = new Map()
    this.#epoch = answer.value.epoch
    for (const { id, stage } of answer.value.receipts) this.#raise(id, stage)
    this.#host.changed()
  }

  /** The hub's answers are from below: within an epoch a receipt never goes back. */
  #raise(id: string, stage: DurabilityStage): void {
    const next: ReceiptStage = stage === 'absent' ? 'till' : stage
    const before = this.#known.get(id) ?? 'till'
    this.#known.set(id, stages.indexOf(next) > stages.indexOf(before) ? next : before)
  }
}
