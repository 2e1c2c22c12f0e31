/** What belongs to this browser and never leaves it: enrolment, open cart, settings, sync positions, refusals. */
import type { Enrolment } from '@tidemark/contracts'
import type { Cart } from './cart.ts'
import type { CatalogSnapshot } from './catalog-store.ts'
import type { CashierName } from './cashier.ts'
import { isNotFound, isUpdateConflict, type Database, type StoredDocument } from './pouch-types.ts'

/** How far a database has been sent to the hub, confirmed by the hub. */
export interface PushedPosition {
  /** Local sequence up to which every change is at the hub, or is named in a refusal. */
  readonly sequence: number
  /** Epoch of the hub's store to which that applies. */
  readonly epoch: string
}

/** A document that the hub would not take. It stays on the till and is offered again. */
export interface Refusal {
  readonly database: string
  readonly documentId: string
  readonly reason: string
  readonly attempts: number
  /** ISO 8601. */
  readonly since: string
}

interface DeviceValues {
  readonly enrolment: Enrolment
  readonly cashier: CashierName
  readonly cart: Cart
  readonly settings: { readonly sound: boolean }
  readonly 'sales-databases': readonly string[]
  readonly 'last-sync': { readonly at: string }
  readonly 'catalog-snapshot': CatalogSnapshot
}

const maxAttempts = 5
/** More refusals than this at once means that something is wrong with the hub, and a list would help nobody. */
const maxListed = 1000

export class DeviceStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  read<Key extends keyof DeviceValues>(key: Key): Promise<DeviceValues[Key] | undefined> {
    return this.#readValue(key) as Promise<DeviceValues[Key] | undefined>
  }

  write<Key extends keyof DeviceValues>(key: Key, value: DeviceValues[Key]): Promise<void> {
    return this.#writeValue(key, value)
  }

  forget(key: keyof DeviceValues): Promise<void> {
    return this.#remove(key)
  }

  readPosition(database: string): Promise<PushedPosition | undefined> {
    return this.#readValue(`position:${database}`) as Promise<PushedPosition | undefined>
  }

  writePosition(database: string, position: PushedPosition): Promise<void> {
    return this.#writeValue(`position:${database}`, position)
  }

  async refusals(): Promise<Refusal[]> {
    const { rows } = await this.#database.allDocs({
      startkey: 'refusal:',
      endkey: 'refusal:\ufff0',
      limit: maxListed,
      include_docs: true,
    })
    return rows.flatMap((row) => (row.doc ? [row.doc['value'] as Refusal] : []))
  }

  /** Keeps the first time and counts the attempts of a document that is refused again. */
  async recordRefusal(refusal: Pick<Refusal, 'database' | 'documentId' | 'reason'>, now: string): Promise<void> {
    const key = `refusal:${refusal.documentId}`
    const known = (await this.#readValue(key)) as Refusal | undefined
    await this.#writeValue(key, { ...refusal, attempts: (known?.attempts ?? 0) + 1, since: known?.since ?? now })
  }

  forgetRefusal(documentId: string): Promise<void> {
    return this.#remove(`refusal:${documentId}`)
  }

  async #readValue(key: string): Promise<unknown> {
    return (await this.#readDocument(key))?.['value']
  }

  async #readDocument(key: string): Promise<StoredDocument | undefined> {
    try {
      return await this.#database.get(key)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async #writeValue(key: string, value: unknown): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const rev = (await this.#readDocument(key))?._rev
      try {
        await this.#database.put(rev === undefined ? { _id: key, value } : { _id: key, _rev: rev, value })
        return
      } catch (error) {
        if (!isUpdateConflict(error) || attempt === maxAttempts) throw error
      }
    }
  }

  async #remove(key: string): Promise<void> {
    const document = await this.#readDocument(key)
    if (document !== undefined) await this.#database.remove(key, document._rev)
  }
}
