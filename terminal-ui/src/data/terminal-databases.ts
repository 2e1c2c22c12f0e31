/** The databases of one till. Sales roll over monthly, so the set of periods is kept in `device`. */
import { salesPeriodOf } from '@tidemark/contracts'
import { DeviceStore } from './device-store.ts'
import type { Database } from './pouch-types.ts'
import { SyncPositions } from './sync-positions.ts'

export type OpenDatabase = (name: string) => Database

export class TerminalDatabases {
  readonly device: DeviceStore
  readonly positions: SyncPositions
  readonly #open: OpenDatabase
  readonly #opened = new Map<string, Database>()

  constructor(open: OpenDatabase) {
    this.#open = open
    this.device = new DeviceStore(() => this.named('device'))
    this.positions = new SyncPositions(() => this.named('sync-positions'))
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

  /** Hints at refunds and voids: see `correction-index.ts`. */
  get corrections(): Database {
    return this.named('corrections')
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

  /** A database's connection is gone: the next use opens it anew. */
  noteClosed(name: string): void {
    this.#opened.delete(name)
  }

  /** Ids of all documents of a database, oldest change first. */
  async idsIn(name: string): Promise<string[]> {
    const { results } = await this.named(name).changes({ since: 0 })
    return results.filter(({ deleted }) => deleted !== true).map(({ id }) => id)
  }

  /** Removes a sales database from this device. The caller knows that nothing is lost by it. */
  async dropSales(name: string): Promise<void> {
    await this.destroy(name)
    const names = await this.salesDatabases()
    await this.device.write(
      'sales-databases',
      names.filter((other) => other !== name),
    )
  }

  /** Removes a database with all that is in it, and what was noted of it. */
  async destroy(name: string): Promise<void> {
    // First: under a position that outlived its database, what the next one holds would never be sent.
    await this.positions.forgetPushed(name)
    const database = this.named(name)
    this.#opened.delete(name)
    await database.destroy()
  }

  /** What other lanes recorded in a month: `sales-2026-11` of the hub is `received-2026-11` here. */
  received(salesName: string): Database {
    return this.named(receivedName(salesName))
  }

  /** Names of the databases with other lanes' entries, newest period first. */
  async receivedDatabases(): Promise<string[]> {
    const names = (await this.device.read('received-databases')) ?? []
    return [...names].sort().reverse()
  }

  /** Keeps what other lanes recorded in these months and drops the rest: the hub has it. */
  async keepReceived(salesNames: readonly string[]): Promise<void> {
    const kept = salesNames.map(receivedName)
    const known = await this.receivedDatabases()
    if (kept.length === known.length && kept.every((name) => known.includes(name))) return
    for (const name of known.filter((candidate) => !kept.includes(candidate))) {
      await this.positions.forgetReceived(name)
      await this.named(name).destroy()
      this.#opened.delete(name)
    }
    await this.device.write('received-databases', kept)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((database) => database.close()))
    this.#opened.clear()
  }
}

function receivedName(salesName: string): string {
  return salesName.replace(/^sales-/, 'received-')
}
