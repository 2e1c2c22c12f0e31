/**
 * Stock work at this till: what is on hand, deliveries, adjustments, waste, and count sheets. Everything works with the hub away.
 * The book of what is on hand is opened behind the first picture: nobody waits for it to sell.
 */
import { msg, str } from '@lit/localize'
import type { Author, Enrolment, StockCount, StockMovement } from '@tidemark/contracts'
import { countedLines, countProduct, uncountProduct, type CountSheet } from '../data/count-sheet.ts'
import { messageOf } from '../data/errors.ts'
import { newId } from '../data/new-id.ts'
import { isUpdateConflict, type Fields } from '../data/pouch-types.ts'
import type { OnHand, StockBook } from '../data/stock-book.ts'
import type { MovementEntry } from '../data/stock-documents.ts'
import type { SyncStatus } from '../data/sync-status.ts'
import { failureWords } from './failure-words.ts'
import type { TillHost } from './till-host.ts'

export type StockDocument = StockMovement | StockCount

const loadDocuments = () => import('../data/stock-documents.ts')

export class Stock {
  /** Sheets that are being counted, as they are on disk, oldest first. */
  sheets: readonly CountSheet[] = []
  readonly #till: TillHost
  #book: StockBook | undefined
  #opening: Promise<StockBook> | undefined
  #sheetWork: Promise<unknown> = Promise.resolve()

  constructor(till: TillHost) {
    this.#till = till
  }

  /** Takes up what this browser keeps. */
  async resume(): Promise<void> {
    this.#book = undefined
    this.#opening = undefined
    this.sheets = (await this.#till.databases.device.read('count-sheets')) ?? []
  }

  /** When the hub said its numbers, ISO 8601; undefined when it never has. */
  get asOf(): string | undefined {
    return this.#book?.asOf
  }

  get isComplete(): boolean {
    return this.#book?.isComplete ?? false
  }

  onHand(sku: string): OnHand | undefined {
    return this.#book?.onHand(sku)
  }

  takeStatus({ unsent }: Pick<SyncStatus, 'unsent'>): void {
    this.#openBook()
      .then((book) => book.takeUnsent(unsent))
      .catch((error: unknown) => this.#warn(error))
  }

  /** Called in a run of synchronisation, when nothing is being sent. */
  async refresh(ask: Parameters<StockBook['refresh']>[0]): Promise<void> {
    await (await this.#openBook()).refresh(ask)
    this.#till.changed()
  }

  /** Records a movement; true when it is on disk. */
  async move(entry: MovementEntry, by: Author = this.#till.author): Promise<boolean> {
    try {
      const signature = { storeId: this.#enrolled().storeId, at: await this.#stamp(), by }
      const { buildMovement } = await loadDocuments()
      await this.#record(buildMovement(newId(Date.now()), entry, signature))
      return true
    } catch (error) {
      this.#till.notices.warn(msg(str`Nothing was recorded: ${failureWords(error)}`))
      return false
    }
  }

  async beginSheet(name: string, skus: readonly string[], isBlind: boolean): Promise<CountSheet> {
    const sheet = { id: newId(Date.now()), name, createdAt: new Date().toISOString(), isBlind, skus, entries: {} }
    await this.#inTurn(() => this.#saveSheets([...this.sheets, sheet]))
    return sheet
  }

  /** Sets what was found of a product, in pieces or grams; undefined leaves it on the sheet, not counted. */
  count(sheetId: string, sku: string, quantity: number | undefined): Promise<void> {
    return this.#enter(sheetId, sku, () => quantity)
  }

  /** One more piece was scanned. */
  countOneMore(sheetId: string, sku: string): Promise<void> {
    return this.#enter(sheetId, sku, ({ entries }) => (entries[sku]?.quantity ?? 0) + 1)
  }

  dropSheet(sheetId: string): Promise<void> {
    return this.#inTurn(() => this.#saveSheets(this.sheets.filter(({ id }) => id !== sheetId)))
  }

  /** Writes a count for each line that was counted. Cut off in the middle, it is done again and changes nothing twice. */
  async finishSheet(sheetId: string): Promise<boolean> {
    try {
      return await this.#inTurn(() => this.#finish(sheetId))
    } catch (error) {
      this.#till.notices.warn(msg(str`The count is not finished, and the sheet is kept: ${failureWords(error)}`))
      return false
    }
  }

  /** Movements and counts of this till, newest first. */
  async recent(limit: number): Promise<readonly StockDocument[]> {
    const { rows } = await this.#till.databases.named('inventory').allDocs({ include_docs: true, limit: 5000 })
    const documents = rows.flatMap(({ doc }) => (doc ? [doc as unknown as StockDocument] : []))
    return documents.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limit)
  }

  /** What could not be opened is tried again by whoever needs it next. */
  #openBook(): Promise<StockBook> {
    this.#opening ??= this.#readBook().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #readBook(): Promise<StockBook> {
    const { StockBook } = await import('../data/stock-book.ts')
    const book = new StockBook(this.#till.databases, this.#enrolled().incarnation)
    await book.load()
    this.#book = book
    this.#till.changed()
    return book
  }

  async #record(document: StockDocument): Promise<void> {
    try {
      await this.#till.databases.named('inventory').put(document as unknown as Fields)
    } catch (error) {
      // The id is the entry's own: it was written before the tab was killed.
      if (!isUpdateConflict(error)) throw error
    }
    // Counted here before it is sent: then the hub is asked whether its number holds it.
    await this.#openBook()
      .then((book) => book.takeUnsent([{ database: 'inventory', documentId: document._id }]))
      .catch(() => undefined)
    this.#till.noteLocalWrite('inventory')
    this.#till.changed()
  }

  /** What was found is worked out from the sheet as the entry before has left it. */
  async #enter(sheetId: string, sku: string, found: (sheet: CountSheet) => number | undefined): Promise<void> {
    try {
      await this.#inTurn(async () => {
        const sheet = this.sheets.find(({ id }) => id === sheetId)
        if (sheet === undefined) return
        const quantity = found(sheet)
        const next =
          quantity === undefined
            ? uncountProduct(sheet, sku)
            : countProduct(sheet, sku, { quantity, at: await this.#stamp(), id: newId(Date.now()) })
        await this.#saveSheets(this.sheets.map((other) => (other === sheet ? next : other)))
      })
    } catch (error) {
      this.#till.notices.warn(msg(str`The entry could not be kept: ${failureWords(error)}`))
    }
  }

  async #finish(sheetId: string): Promise<boolean> {
    const sheet = this.sheets.find(({ id }) => id === sheetId)
    if (sheet === undefined) return false
    const { storeId } = this.#enrolled()
    const { buildCount } = await loadDocuments()
    for (const line of countedLines(sheet)) {
      await this.#record(buildCount(line, { storeId, at: line.at, by: this.#till.author }))
    }
    await this.#saveSheets(this.sheets.filter((other) => other !== sheet))
    return true
  }

  /** On disk first, then shown: what is shown as counted is kept. */
  async #saveSheets(sheets: readonly CountSheet[]): Promise<void> {
    await this.#till.databases.device.write('count-sheets', sheets)
    this.sheets = sheets
    this.#till.changed()
  }

  /** One after the other, in the order in which a person did it: a scanner is quicker than the disk. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#sheetWork.then(work)
    this.#sheetWork = done.catch(() => undefined)
    return done
  }

  #stamp(): Promise<string> {
    return this.#till.journal.stamp(this.#enrolled())
  }

  #enrolled(): Enrolment {
    const { enrolment } = this.#till
    if (enrolment === undefined) throw new Error('the till is not set up')
    return enrolment
  }

  #warn(error: unknown): void {
    this.#till.notices.warn(msg(str`Stock could not be read: ${messageOf(error)}`))
  }
}
