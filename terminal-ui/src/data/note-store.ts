/**
 * Values by name in a PouchDB database, each in a document of its own. The last one written stands.
 *
 * What was read or written is remembered: a till's notes are read dozens of times for each sale, and one tab at a time writes them. A
 * value is remembered as written when it is stored, not before.
 */
import { isNotFound, isUpdateConflict, type Database } from './pouch-types.ts'

const maxAttempts = 5

/** What lies under a name; `rev` is undefined where nothing does. */
interface Note {
  readonly value: unknown
  readonly rev: string | undefined
}

const nothing: Note = { value: undefined, rev: undefined }

export class NoteStore {
  readonly #open: () => Database
  readonly #known = new Map<string, Note>()
  /** Prefixes under which every note is known. */
  readonly #listed = new Set<string>()

  /** `open` gives the database as it is open now: it may have been closed by the browser meanwhile. */
  constructor(open: () => Database) {
    this.#open = open
  }

  /** Undefined for a name that nothing is noted under. */
  async read(name: string): Promise<unknown> {
    return (await this.#find(name)).value
  }

  async write(name: string, value: unknown): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { rev } = await this.#find(name)
      try {
        const written = await this.#open().put({ _id: name, ...(rev !== undefined && { _rev: rev }), value })
        this.#known.set(name, { value, rev: written.rev })
        return
      } catch (error) {
        this.#known.delete(name)
        if (!isUpdateConflict(error) || attempt === maxAttempts) throw error
      }
    }
  }

  async forget(name: string): Promise<void> {
    const { rev } = await this.#find(name)
    if (rev === undefined) return
    try {
      await this.#open().remove(name, rev)
      this.#known.set(name, nothing)
    } catch (error) {
      this.#known.delete(name)
      throw error
    }
  }

  /** Values whose names begin so, in the order of the names. */
  async valuesUnder(prefix: string): Promise<unknown[]> {
    if (!this.#listed.has(prefix)) await this.#list(prefix)
    const found = [...this.#known].filter(([name, { rev }]) => rev !== undefined && name.startsWith(prefix))
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { value }]) => value)
  }

  async #list(prefix: string): Promise<void> {
    const { rows } = await this.#open().allDocs({ startkey: prefix, endkey: `${prefix}\ufff0`, include_docs: true })
    for (const { id, doc } of rows) {
      if (doc && !this.#known.has(id)) this.#known.set(id, { value: doc['value'], rev: doc._rev })
    }
    this.#listed.add(prefix)
  }

  async #find(name: string): Promise<Note> {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const found = await this.#readDocument(name)
    // Whoever wrote meanwhile knows better.
    const note = this.#known.get(name) ?? found
    this.#known.set(name, note)
    return note
  }

  async #readDocument(name: string): Promise<Note> {
    try {
      const { value, _rev: rev } = await this.#open().get(name)
      return { value, rev }
    } catch (error) {
      if (isNotFound(error)) return nothing
      throw error
    }
  }
}
