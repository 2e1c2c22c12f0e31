/**
 * The journal of this till: one gap-free, hash-chained series per incarnation, over monthly databases.
 *
 *     sales-2026-11   …  17 ◄─ 18 ◄─ 19 ┐
 *     sales-2026-12                     └◄─ 20 ◄─ 21     head = the highest number in any period
 *
 * 1. The number is part of the id, so the put itself allocates it: of two writers one gets a 409 and reads the head again.
 * 2. The head is read from the store for every entry; nothing that another tab could have made stale is trusted.
 * 3. A cart is sold once: its trace names it, and an entry at the head that carries it is that sale, whatever happened between
 *    the put and the screen (a second click, a killed tab).
 * 4. Appends of one tab run one after the other.
 */
import {
  checkDocument,
  clockNodeOfTerminal,
  createClock,
  describeProblems,
  genesisHash,
  journalIdRange,
  salesDatabaseOf,
  sealEntry,
  type HybridClock,
  type Sale,
} from '@tidemark/contracts'
import { JournalError } from './errors.ts'
import { isUpdateConflict, type StoredDocument } from './pouch-types.ts'
import { buildSale, type CashSale } from './sale-document.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export interface JournalHead {
  readonly number: number
  readonly hash: string
  readonly at: string | undefined
  readonly traceparent: string | undefined
  readonly entry: StoredDocument | undefined
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
  readonly #clocks = new Map<string, HybridClock>()
  #tail: Promise<unknown> = Promise.resolve()

  constructor(databases: TerminalDatabases, now: () => Date = () => new Date()) {
    this.#databases = databases
    this.#now = now
  }

  /** Records a sale and resolves when it is on disk. Throws a JournalError, and then nothing was recorded. */
  recordSale(sale: CashSale): Promise<Sale> {
    const recorded = this.#tail.then(() => this.#append(sale))
    // The next append waits for this one, and doesn't inherit its failure.
    this.#tail = recorded.catch(() => undefined)
    return recorded
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

  async #append(sale: CashSale): Promise<Sale> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const head = await this.head(sale.enrolment.incarnation)
      if (head.entry !== undefined && isSaleOf(head, sale)) return head.entry as unknown as Sale
      const recorded = await this.#tryAfter(head, sale)
      if (recorded !== undefined) return recorded
    }
    throw new JournalError('number-taken', `the next receipt number was taken ${maxAttempts} times by another tab`)
  }

  /** Undefined when the number was taken meanwhile. */
  async #tryAfter(head: JournalHead, sale: CashSale): Promise<Sale | undefined> {
    const at = this.#clockOf(sale.enrolment.terminalId, head).now()
    const entry = sealEntry(buildSale(sale, { number: head.number + 1, at, now: this.#now() }), head.hash)
    const name = salesDatabaseOf(entry.businessDate)
    const problems = checkDocument(name, entry)
    if (problems.length > 0) throw new JournalError('invalid-entry', describeProblems(problems))
    const database = await this.#databases.sales(name)
    try {
      await database.put(entry)
      return entry
    } catch (error) {
      if (isUpdateConflict(error)) return undefined
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

function isSaleOf(head: JournalHead, sale: CashSale): boolean {
  return sale.cart.trace !== null && head.traceparent === sale.cart.trace.traceparent
}
