/** Reads journal entries on this till: its own, and what came down of other lanes and of head office. */
import { journalId, maxJournalNumber, parseJournalId, type JournalEntry } from '@tidemark/contracts'
import { isNotFound, type Database, type StoredDocument } from './pouch-types.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

const pageSize = 200

/** The entry, wherever on this till it lies; undefined when it is not here. */
export async function readEntry(databases: TerminalDatabases, id: string): Promise<JournalEntry | undefined> {
  if (parseJournalId(id) === undefined) return undefined
  for (const name of await entryDatabases(databases)) {
    const found = await readFrom(databases.named(name), id)
    if (found !== undefined) return found
  }
  return undefined
}

async function readFrom(database: Database, id: string): Promise<JournalEntry | undefined> {
  try {
    return (await database.get(id)) as unknown as JournalEntry
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Names of all databases that hold entries, the till's own first, newest period first. */
async function entryDatabases(databases: TerminalDatabases): Promise<string[]> {
  return [...(await databases.salesDatabases()), ...(await databases.receivedDatabases())]
}

/** The entries of this till's own series from one number to another, both included, in order. */
export async function readSeries(
  databases: TerminalDatabases,
  incarnation: string,
  from: number,
  to: number = maxJournalNumber,
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = []
  for (const name of await databases.salesDatabases()) {
    const { rows } = await databases.named(name).allDocs({
      startkey: journalId(incarnation, from),
      endkey: journalId(incarnation, to),
      include_docs: true,
    })
    entries.push(...rows.flatMap(({ doc }) => (doc ? [doc as unknown as JournalEntry] : [])))
  }
  return entries.sort((a, b) => a.number - b.number)
}

/**
 * All entries on this till, newest first, a page at a time. Every series is in order by itself; they are brought together by their
 * stamps, so that nothing has to be read whole.
 */
export async function* newestFirst(databases: TerminalDatabases): AsyncGenerator<readonly JournalEntry[]> {
  const names = await entryDatabases(databases)
  const periods = [...new Set(names.map(periodOf))].sort().reverse()
  for (const period of periods) {
    const cursors: SeriesCursor[] = []
    for (const name of names.filter((candidate) => periodOf(candidate) === period)) {
      cursors.push(...(await openCursors(databases.named(name))))
    }
    yield* mergeNewestFirst(cursors)
  }
}

/** `sales-2026-11` and `received-2026-11` → `2026-11`. */
function periodOf(name: string): string {
  return name.slice(-7)
}

async function* mergeNewestFirst(cursors: readonly SeriesCursor[]): AsyncGenerator<readonly JournalEntry[]> {
  let page: JournalEntry[] = []
  for (;;) {
    const heads = await Promise.all(cursors.map(async (cursor) => ({ cursor, entry: await cursor.peek() })))
    const newest = heads.reduce<(typeof heads)[number] | undefined>(
      (best, head) =>
        head.entry !== undefined && (best?.entry === undefined || head.entry.at > best.entry.at) ? head : best,
      undefined,
    )
    if (newest?.entry === undefined) break
    page.push(newest.entry)
    newest.cursor.next()
    if (page.length < pageSize) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

async function openCursors(database: Database): Promise<SeriesCursor[]> {
  const cursors: SeriesCursor[] = []
  let startkey = 'journal:'
  for (;;) {
    const { rows } = await database.allDocs({ startkey, endkey: 'journal:\ufff0', limit: 1 })
    const incarnation = parseJournalId(rows[0]?.id ?? '')?.incarnation
    if (incarnation === undefined) return cursors
    cursors.push(new SeriesCursor(database, incarnation))
    startkey = `journal:${incarnation}:\ufff0`
  }
}

/** One series of one database, newest first. */
class SeriesCursor {
  readonly #database: Database
  readonly #endkey: string
  #startkey: string
  #buffer: JournalEntry[] = []
  #isExhausted = false

  constructor(database: Database, incarnation: string) {
    this.#database = database
    this.#startkey = journalId(incarnation, maxJournalNumber)
    this.#endkey = `journal:${incarnation}:`
  }

  async peek(): Promise<JournalEntry | undefined> {
    if (this.#buffer.length === 0 && !this.#isExhausted) await this.#fill()
    return this.#buffer[0]
  }

  next(): void {
    this.#buffer.shift()
  }

  async #fill(): Promise<void> {
    const { rows } = await this.#database.allDocs({
      startkey: this.#startkey,
      endkey: this.#endkey,
      descending: true,
      limit: pageSize,
      include_docs: true,
    })
    this.#buffer = rows.flatMap(({ doc }) => (doc ? [entryOf(doc)] : []))
    const last = this.#buffer.at(-1)
    this.#isExhausted = rows.length < pageSize || last === undefined || last.number === 1
    if (last !== undefined && !this.#isExhausted) this.#startkey = journalId(last.incarnation, last.number - 1)
  }
}

function entryOf(document: StoredDocument): JournalEntry {
  return document as unknown as JournalEntry
}
