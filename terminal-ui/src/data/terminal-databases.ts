/** The databases of one till. Sales roll over monthly, so the set of periods is kept in `device`. */
import { salesPeriodOf } from '@tidemark/contracts'
import { DeviceStore } from './device-store.ts'
import type { Database } from './pouch-types.ts'

export type OpenDatabase = (name: string) => Database

export class TerminalDatabases {
  readonly device: DeviceStore
  readonly #open: OpenDatabase
  readonly #opened = new Map<string, Database>()

  constructor(open: OpenDatabase) {
    this.#open = open
    this.device = new DeviceStore(this.named('device'))
  }

  named(name: string): Database {
    const known = this.#opened.get(name)
    if (known !== undefined) return known
    const database = this.#open(name)
    this.#opened.set(name, database)
    return database
  }

  get catalog(): Database {
    return this.named('catalog')
  }

  /** Names of the sales databases of this till, newest period first. */
  async salesDatabases(): Promise<string[]> {
    const names = (await this.device.read('sales-databases')) ?? []
    return [...names].sort().reverse()
  }

  /** A sales database. Its name is on disk before the database can hold a receipt, so no receipt is ever out of sight. */
  async sales(name: string): Promise<Database> {
    if (salesPeriodOf(name) === undefined) throw new RangeError(`"${name}" is no sales database`)
    const names = await this.salesDatabases()
    if (!names.includes(name)) await this.device.write('sales-databases', [...names, name])
    return this.named(name)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((database) => database.close()))
    this.#opened.clear()
  }
}
