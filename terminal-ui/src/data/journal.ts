/**
 * The journal of this till: one gap-free, hash-chained series per incarnation, over monthly databases.
 *
 *     sales-2026-11   …  17 ◄─ 18 ◄─ 19 ┐
 *     sales-2026-12                     └◄─ 20 ◄─ 21     head = the highest number in any period
 *
 * 1. The number is part of the id, so the put itself allocates it: of two writers one gets a 409 and reads the head again.
 * 2. The head is remembered while all goes well, which spares each sale a read, and read from the store again after a 409 or a failure. One
 *    tab at a time writes (`writer-lock.ts`); should another have written all the same, its number is taken, and the 409 says so.
 * 3. Nothing is done twice: a trace names what the person did (the cart names its sale), and an entry at the head that carries it is
 *    that act, whatever happened between the put and the screen (a second click, a killed tab).
 * 4. Appends of one tab run one after the other.
 */
import {
  clockNodeOfTerminal,
  createClock,
  genesisHash,
  journalIdRange,
  salesDatabaseOf,
  sealEntry,
  type HybridClock,
  type JournalEntry,
  type Sale,
} from '@tidemark/contracts'
import { noteCorrection } from './correction-index.ts'
import { JournalError } from './errors.ts'
import type { EntryContext, EntryPlace, Unsealed } from './journal-entry.ts'
import { isNoRoom } from './store-failure.ts'
import { isUpdateConflict, type Fields, type StoredDocument } from './pouch-types.ts'
import { holdsSensitive } from './sealed-fields.ts'
import { buildSale, type CartSale } from './sale-document.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export interface JournalHead {
  readonly number: number
  readonly hash: string
  readonly at: string | undefined
  readonly traceparent: string | undefined
  readonly entry: StoredDocument | undefined
}

/** An entry that has no place in the series yet. `build` is called again when another tab was quicker. */
export interface EntryDraft<Entry extends JournalEntry> {
  readonly enrolment: EntryContext['enrolment']
  readonly trace: EntryContext['trace']
  readonly build: (place: EntryPlace) => Unsealed<Entry>
}

const emptySeries: JournalHead = {
  number: 0,
  hash: genesisHash,
  at: undefined,
  traceparent: undefined,
  entry: undefined,
}
const maxAttempts = 10

export class Journal {
  readonly #databases: TerminalDatabases
  readonly #now: () => Date
  readonly #heads = new Map<string, JournalHead>()
  readonly #clocks = new Map<string, HybridClock>()
  #tail: Promise<unknown> = Promise.resolve()

  constructor(databases: TerminalDatabases, now: () => Date = () => new Date()) {
    this.#databases = databases
    this.#now = now
  }

  /** Records an entry of any kind and resolves when it is on disk. Throws a JournalError, and then nothing was recorded. */
  append<Entry extends JournalEntry>(draft: EntryDraft<Entry>): Promise<Entry> {
    const recorded = this.#tail.then(() => this.#append(draft))
    // The next append waits for this one, and doesn't inherit its failure.
    this.#tail = recorded.catch(() => undefined)
    return recorded
  }

  recordSale(sale: CartSale): Promise<Sale> {
    const { enrolment, cart } = sale
    return this.append<Sale>({ enrolment, trace: cart.trace, build: (place) => buildSale(sale, place) })
  }

  /** A stamp of this till for another document, later than every stamp before and than the given ones. */
  async stamp({ incarnation, terminalId }: EntryContext['enrolment'], ...after: readonly string[]): Promise<string> {
    const clock = this.#clockOf(terminalId, await this.head(incarnation))
    for (const stamp of after) clock.observe(stamp)
    return clock.now()
  }

  /** The newest entry of an incarnation over all periods: a clock that was wrong may have put it in any of them. */
  async head(incarnation: string): Promise<JournalHead> {
    const names = await this.#databases.salesDatabases()
    const heads = await Promise.all(names.map((name) => this.#headIn(name, incarnation)))
    return heads.reduce((best, head) => (head.number > best.number ? head : best), emptySeries)
  }

  async #headIn(name: string, incarnation: string): Promise<JournalHead> {
    const { startkey, endkey } = journalIdRange(incarnation)
    const { rows } = await this.#databases.named(name).allDocs({
      startkey: endkey,
      endkey: startkey,
      descending: true,
      limit: 1,
      include_docs: true,
    })
    const entry = rows[0]?.doc
    return entry ? headOf(entry) : emptySeries
  }

  async #append<Entry extends JournalEntry>(draft: EntryDraft<Entry>): Promise<Entry> {
    const { incarnation } = draft.enrolment
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const head = this.#heads.get(incarnation) ?? (await this.head(incarnation))
      // Whatever goes wrong from here on, the store knows what became of it.
      this.#heads.delete(incarnation)
      if (isDone(draft, head)) return head.entry as unknown as Entry
      const recorded = await this.#tryAfter(head, draft)
      if (recorded === undefined) continue
      this.#heads.set(incarnation, headOf(recorded as unknown as StoredDocument))
      return recorded
    }
    throw new JournalError('number-taken', `the next receipt number was taken ${maxAttempts} times by another tab`)
  }

  /** Undefined when the number was taken meanwhile. */
  async #tryAfter<Entry extends JournalEntry>(head: JournalHead, draft: EntryDraft<Entry>): Promise<Entry | undefined> {
    const at = this.#clockOf(draft.enrolment.terminalId, head).now()
    const body: Fields = draft.build({ number: head.number + 1, at, now: this.#now() })
    const entry = sealEntry(withSalt(body), head.hash)
    const name = salesDatabaseOf(String(entry['businessDate']))
    const { checkDocument, describeProblems } = await import('@tidemark/contracts/check-document')
    const problems = checkDocument(name, entry)
    if (problems.length > 0) throw new JournalError('invalid-entry', describeProblems(problems))
    const database = await this.#databases.sales(name)
    try {
      await noteCorrection(this.#databases, entry as unknown as Entry)
      await database.put(entry)
      return entry as unknown as Entry
    } catch (error) {
      if (isUpdateConflict(error)) return undefined
      if (isNoRoom(error)) {
        throw new JournalError('no-room', 'there is no room left on this device', { cause: error })
      }
      throw new JournalError('not-stored', 'the browser could not store the receipt', { cause: error })
    }
  }

  #clockOf(terminalId: string, head: JournalHead): HybridClock {
    const known = this.#clocks.get(terminalId)
    if (known !== undefined) {
      if (head.at !== undefined) known.observe(head.at)
      return known
    }
    const clock = createClock(clockNodeOfTerminal(terminalId), () => this.#now().getTime(), head.at)
    this.#clocks.set(terminalId, clock)
    return clock
  }
}

/** The hash stays readable on disk, so it must not be a way to guess what is sealed. */
function withSalt(body: Fields): Fields {
  if (!holdsSensitive(body)) return body
  return { ...body, salt: Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join('') }
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

function headOf(entry: StoredDocument): JournalHead {
  const trace = entry['trace'] as Sale['trace'] | undefined
  return {
    number: Number(entry['number']),
    hash: String(entry['hash']),
    at: String(entry['at']),
    traceparent: trace?.traceparent,
    entry,
  }
}

function isDone({ trace }: Pick<EntryDraft<JournalEntry>, 'trace'>, head: JournalHead): boolean {
  return trace !== null && head.traceparent === trace.traceparent
}
