/** What belongs to this browser and never leaves it: enrolment, open cart, settings, refusals. Sync positions lie beside it (`sync-positions.ts`). */
import type { Enrolment } from '@tidemark/contracts'
import type { PendingReturn } from './card-returns.ts'
import type { Cart } from './cart.ts'
import type { CatalogSnapshot } from './catalog-store.ts'
import type { HeldCart } from './held-carts.ts'
import type { LanguageCode } from './languages.ts'
import type { CountSheet } from './count-sheet.ts'
import type { LocalEdit } from './local-edits.ts'
import type { ShiftMark } from './shift-log.ts'
import type { PinAttempts } from './pin-attempts.ts'
import { NoteStore } from './note-store.ts'
import type { Database } from './pouch-types.ts'

/** A document that the hub would not take. It stays on the till and is offered again. */
export interface Refusal {
  readonly database: string
  readonly documentId: string
  readonly reason: string
  readonly attempts: number
  /** ISO 8601. */
  readonly since: string
}

/** `system`: as the device is set. */
export type Theme = 'system' | 'light' | 'dark' | 'contrast'

/** What somebody chose at this till; what is absent is as it comes. */
export interface TillSettings {
  readonly sound?: boolean
  readonly language?: LanguageCode
  /** Months of receipts that stay on this till. */
  readonly keptPeriods?: number
  /** Categories of the catalogue that this till sells; all when absent. */
  readonly categories?: readonly string[] | undefined
  readonly theme?: Theme
  /** Idle minutes after which the till locks; 0 never. */
  readonly lockAfterMinutes?: number
  /** A start of the page asks for a PIN, whoever was signed in. */
  readonly lockAtStart?: boolean
}

/** Who is signed in here. */
export interface StoredSession {
  readonly personId: string
  /** The verifier by which the person signed in. */
  readonly pinVerifier: string
  readonly isLocked: boolean
}

interface DeviceValues {
  readonly 'data-version': { readonly version: number }
  readonly enrolment: Enrolment
  /** Of a till that left its enrolment: its receipts are still under it. */
  readonly 'last-enrolment': Pick<Enrolment, 'storeId' | 'incarnation'>
  /** The name that somebody gave while nobody has a PIN. */
  readonly cashier: { readonly name: string }
  readonly session: StoredSession
  readonly cart: Cart
  readonly 'card-return': PendingReturn
  readonly settings: TillSettings
  readonly 'sales-databases': readonly string[]
  readonly 'received-databases': readonly string[]
  readonly shift: ShiftMark
  /** SKUs that a manager put on the first shelf. */
  readonly favourites: readonly string[]
  readonly 'catalog-snapshot': CatalogSnapshot
  readonly 'count-sheets': readonly CountSheet[]
}

/** More refusals than this at once means that something is wrong with the hub, and a list would help nobody. */
const maxListed = 1000

export class DeviceStore {
  readonly #notes: NoteStore

  /** `open` gives the database as it is open now: it may have been closed by the browser meanwhile. */
  constructor(open: () => Database) {
    this.#notes = new NoteStore(open)
  }

  read<Key extends keyof DeviceValues>(key: Key): Promise<DeviceValues[Key] | undefined> {
    return this.#notes.read(key) as Promise<DeviceValues[Key] | undefined>
  }

  write<Key extends keyof DeviceValues>(key: Key, value: DeviceValues[Key]): Promise<void> {
    return this.#notes.write(key, value)
  }

  forget(key: keyof DeviceValues): Promise<void> {
    return this.#notes.forget(key)
  }

  /** Wrong PINs in a row of a person. */
  readPinAttempts(personId: string): Promise<PinAttempts | undefined> {
    return this.#notes.read(`pin-attempts:${personId}`) as Promise<PinAttempts | undefined>
  }

  writePinAttempts(personId: string, attempts: PinAttempts | undefined): Promise<void> {
    const key = `pin-attempts:${personId}`
    return attempts === undefined ? this.#notes.forget(key) : this.#notes.write(key, attempts)
  }

  async refusals(): Promise<Refusal[]> {
    return ((await this.#notes.valuesUnder('refusal:')) as Refusal[]).slice(0, maxListed)
  }

  /** Keeps the first time and counts the attempts of a document that is refused again. */
  async recordRefusal(refusal: Pick<Refusal, 'database' | 'documentId' | 'reason'>, now: string): Promise<void> {
    const key = `refusal:${refusal.documentId}`
    const known = (await this.#notes.read(key)) as Refusal | undefined
    await this.#notes.write(key, { ...refusal, attempts: (known?.attempts ?? 0) + 1, since: known?.since ?? now })
  }

  forgetRefusal(documentId: string): Promise<void> {
    return this.#notes.forget(`refusal:${documentId}`)
  }

  async edits(): Promise<LocalEdit[]> {
    return (await this.#notes.valuesUnder('edit:')) as LocalEdit[]
  }

  writeEdit(edit: LocalEdit): Promise<void> {
    return this.#notes.write(editKey(edit), edit)
  }

  /** Unless the document was edited again meanwhile. */
  async confirmEdit(edit: LocalEdit, epoch: string): Promise<void> {
    const present = (await this.#notes.read(editKey(edit))) as LocalEdit | undefined
    if (present?.at === edit.at) await this.writeEdit({ ...edit, confirmed: epoch })
  }

  forgetEdit(database: string, documentId: string): Promise<void> {
    return this.#notes.forget(editKey({ database, documentId }))
  }

  async heldCarts(): Promise<HeldCart[]> {
    return ((await this.#notes.valuesUnder('held-cart:')) as HeldCart[]).slice(0, maxListed)
  }

  writeHeldCart(held: HeldCart): Promise<void> {
    return this.#notes.write(`held-cart:${held.id}`, held)
  }

  forgetHeldCart(id: string): Promise<void> {
    return this.#notes.forget(`held-cart:${id}`)
  }
}

function editKey({ database, documentId }: Pick<LocalEdit, 'database' | 'documentId'>): string {
  return `edit:${database}:${documentId}`
}
