/**
 * What lies on this device, and what a person may do with it: carry away what is unsent, bring such a file to the hub, clear what the
 * hub has as well, and choose what to keep.
 *
 * 1. Nothing that only this device has is ever removed: clearing is refused while anything is unsent, and without the hub.
 * 2. Enrolment, keys, open carts and settings stay. So does the month with the last receipt: it names the next number.
 */
import { UnsentFile, type DurabilityRequest, type ImportReport } from '@tidemark/contracts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import type { TillLog } from '../data/till-log.ts'
import { buildUnsentFile, listOwnDocuments, unsentFileName, type DocumentKey } from '../data/unsent-file.ts'
import { saveFile } from '../data/save-file.ts'
import type { SyncStatus } from '../data/sync-status.ts'
import { defaultKeptPeriods } from '../data/kept-periods.ts'
import { dropOldPeriods, periodOfHead } from '../sync/drop-periods.ts'
import { fitsSchema } from '../sync/fits-schema.ts'
import type { HubAnswer, HubClient, Sender } from '../sync/hub-client.ts'

export interface LocalDataHost {
  readonly databases: TerminalDatabases
  readonly hub: HubClient
  readonly hubSession: Sender | undefined
  readonly log: TillLog
  readonly syncStatus: SyncStatus | undefined
  /** Looks anew at what is unsent; `syncStatus` has it then. */
  countUnsent(): Promise<void>
  /** Who is at the till, for the hub's log. */
  readonly personId: string
  /** Finishes what is to be exchanged and ends synchronisation, before databases go. */
  finishSync(): Promise<void>
  resumeSync(): void
}

/** One row of what clearing would remove, or keep. */
export interface HeldData {
  readonly what: 'catalog' | 'stock' | 'conflicts' | 'receipts' | 'last-receipts'
  readonly documents: number
  readonly isKept: boolean
}

export type ClearingPlan =
  | { readonly outcome: 'possible'; readonly held: readonly HeldData[] }
  | { readonly outcome: 'unsent'; readonly documents: number; readonly held: readonly HeldData[] }
  | { readonly outcome: 'offline'; readonly held: readonly HeldData[] }

const dropEveryMs = 6 * 60 * 60_000

export class LocalData {
  readonly #host: LocalDataHost
  #droppedMs = -Infinity

  constructor(host: LocalDataHost) {
    this.#host = host
  }

  /** Hands out a file of what the hub lacks; resolves with how many documents are in it. */
  async exportUnsent(): Promise<number> {
    await this.#host.countUnsent()
    const keys = this.#host.syncStatus?.unsent.map(({ database, documentId }) => ({ database, documentId })) ?? []
    return this.#export(keys)
  }

  /** Hands out a file of everything that was made here, sent or not. */
  async exportAll(): Promise<number> {
    return this.#export(await listOwnDocuments(this.#host.databases))
  }

  /** Brings a file to the hub. `invalid` when it is not one of a till's. */
  async importFile(text: string): Promise<HubAnswer<ImportReport> | { readonly outcome: 'invalid' }> {
    const { hub, hubSession: session, log, personId } = this.#host
    const file = await parseFile(text)
    if (file === undefined || session === undefined) return { outcome: 'invalid' }
    const answer = await hub.importFile(session, { by: personId, file })
    if (answer.outcome === 'ok') {
      void log.note({ kind: 'imported', documents: answer.value.documents, refused: answer.value.refused.length })
    }
    return answer
  }

  /** What clearing would do now. */
  async planClearing(): Promise<ClearingPlan> {
    const held = await this.#held()
    await this.#host.countUnsent()
    const { syncStatus } = this.#host
    const documents = syncStatus?.unsent.length ?? 0
    if (documents > 0) return { outcome: 'unsent', documents, held }
    return syncStatus?.online === true ? { outcome: 'possible', held } : { outcome: 'offline', held }
  }

  /** Removes what the hub has as well. The caller starts the page anew, which fetches it again. False when it is refused by now. */
  async clear(): Promise<boolean> {
    const { databases, hub, hubSession: session, log } = this.#host
    if ((await this.planClearing()).outcome !== 'possible' || session === undefined) return false
    await this.#host.finishSync()
    const plan = await this.planClearing()
    if (plan.outcome !== 'possible') {
      this.#host.resumeSync()
      return false
    }
    const kept = await periodOfHead(databases)
    const sales = (await databases.salesDatabases()).filter((name) => name !== kept)
    for (const name of sales) await databases.dropSales(name)
    await databases.device.forget('catalog-snapshot')
    await databases.positions.forgetCatalogLook()
    for (const name of ['catalog', 'conflicts', 'inventory']) await databases.destroy(name)
    const documents = plan.held.filter(({ isKept }) => !isKept).reduce((sum, row) => sum + row.documents, 0)
    await log.note({ kind: 'cache-cleared', documents })
    await hub.tellClearedCache(session, documents)
    return true
  }

  /** Drops months that are older than this till keeps, at most four times a day. */
  async dropOldPeriods(today: string): Promise<void> {
    const { databases, hub, hubSession: session, log } = this.#host
    if (session === undefined || performance.now() - this.#droppedMs < dropEveryMs) return
    this.#droppedMs = performance.now()
    const kept = (await databases.device.read('settings'))?.keptPeriods ?? defaultKeptPeriods
    const ask = async (receipts: DurabilityRequest['receipts']) => {
      const answer = await hub.readDurability(session, { receipts })
      return answer.outcome === 'ok' ? answer.value.receipts : undefined
    }
    for (const dropped of await dropOldPeriods(databases, ask, { kept, today })) {
      await log.note({ kind: 'period-dropped', ...dropped })
    }
  }

  async #export(keys: readonly DocumentKey[]): Promise<number> {
    const file = await buildUnsentFile(this.#host.databases, keys, new Date())
    if (file === undefined) return 0
    saveFile(unsentFileName(file), file)
    await this.#host.log.note({ kind: 'exported', documents: file.documents.length })
    return file.documents.length
  }

  async #held(): Promise<HeldData[]> {
    const { databases } = this.#host
    const count = async (name: string): Promise<number> => (await databases.named(name).info()).doc_count
    const kept = await periodOfHead(databases)
    const names = await databases.salesDatabases()
    const counts = await Promise.all(names.map(count))
    const receipts = counts.filter((_, index) => names[index] !== kept).reduce((sum, documents) => sum + documents, 0)
    return [
      { what: 'catalog', documents: await count('catalog'), isKept: false },
      { what: 'stock', documents: await count('inventory'), isKept: false },
      { what: 'conflicts', documents: await count('conflicts'), isKept: false },
      { what: 'receipts', documents: receipts, isKept: false },
      { what: 'last-receipts', documents: kept === undefined ? 0 : await count(kept), isKept: true },
    ]
  }
}

async function parseFile(text: string): Promise<UnsentFile | undefined> {
  try {
    const value: unknown = JSON.parse(text)
    return (await fitsSchema(UnsentFile, value)) ? (value as UnsentFile) : undefined
  } catch {
    return undefined
  }
}
