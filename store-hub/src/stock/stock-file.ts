// Stock on hand in a file of its own, derived from the store and thrown away when in doubt.
//
//   source    ids of documents that are in it: one that comes again changes nothing
//   change    what moved after the latest count of its SKU: a count that arrives late is laid under what came after it
//   level     the sum, with a version that grows with every change, so that a till asks for what is new
//   position  how far each database has been taken in: in the same transaction as what was taken in
//
// 1. Order doesn't matter: of the same documents the same levels come, whatever came first. See contracts/src/stock.
// 2. A change that a count has seen is dropped, and never asked for again: the latest count only moves forward.
// 3. Of an immutable id with two contents the one that was taken in first stands. That is an alarm of its own.
import { rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { isAfterCount, isLaterCount, reversedLines, stockLinesOf, type StockLevel } from '@tidemark/contracts'

type Fields = Readonly<Record<string, unknown>>

/** Documents of one database, up to a sequence. */
export interface StockBatch {
  readonly database: string
  readonly sequence: number
  readonly documents: readonly Fields[]
}

export interface StockFile {
  /** Of the store whose documents are in it. */
  epoch(): string
  setEpoch(epoch: string): void
  /** Another one after each beginning anew. */
  generation(): string
  positions(): ReadonlyMap<string, number>
  /** All of it, or nothing. `readEntry` finds the journal entry that a void names. */
  take(batch: StockBatch, readEntry: (id: string) => Fields | undefined): void
  beginAnew(epoch: string): void
  level(sku: string): StockLevel | undefined
  /** In the order of their versions. */
  levelsAfter(version: number, limit: number): readonly (StockLevel & { readonly version: number })[]
  /** The ids that are in the levels, of those given. */
  included(ids: readonly string[]): string[]
  close(): void
}

interface LevelRow {
  readonly sku: string
  readonly onHand: number
  readonly countedAt: string | null
  readonly countId: string | null
  readonly version: number
}

const formatVersion = 1
const schema = `
  CREATE TABLE source (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE change (sku TEXT, at TEXT, source TEXT, quantity INTEGER NOT NULL, PRIMARY KEY (sku, at, source))
    STRICT, WITHOUT ROWID;
  CREATE TABLE voided (id TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE level (sku TEXT PRIMARY KEY, onHand INTEGER NOT NULL, countedAt TEXT, countId TEXT, version INTEGER NOT NULL)
    STRICT;
  CREATE INDEX level_by_version ON level (version);
  CREATE TABLE position (database TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;
  CREATE TABLE state (only INTEGER PRIMARY KEY CHECK (only = 1), epoch TEXT NOT NULL, generation TEXT NOT NULL,
    version INTEGER NOT NULL) STRICT;
  PRAGMA user_version = ${formatVersion};
`

/** Opens the file, or makes it anew where there is none, it is damaged, or another release wrote it. */
export function openStockFile(file: string): StockFile {
  const connection = openOrMakeAnew(file)
  const rows = prepare(connection)
  const skuOfReversal = (id: string): string => `void:${id}`

  const bump = (): number => {
    rows.bump.run()
    return rows.state.get()?.version ?? 0
  }
  const levelOf = (sku: string): LevelRow =>
    rows.level.get(sku) ?? { sku, onHand: 0, countedAt: null, countId: null, version: 0 }
  const countOf = ({ countedAt, countId }: LevelRow) =>
    countedAt === null ? undefined : { at: countedAt, id: countId ?? '' }
  const save = (level: LevelRow): void =>
    rows.saveLevel.run(level.sku, level.onHand, level.countedAt, level.countId, bump())

  function addChange(sku: string, at: string, source: string, quantity: number): void {
    const level = levelOf(sku)
    if (!isAfterCount(at, countOf(level))) return
    rows.addChange.run(sku, at, source, quantity)
    save({ ...level, onHand: level.onHand + quantity })
  }

  function removeChange(sku: string, at: string, source: string): void {
    const quantity = rows.change.get(sku, at, source)?.quantity
    if (quantity === undefined) return
    rows.removeChange.run(sku, at, source)
    const level = levelOf(sku)
    save({ ...level, onHand: level.onHand - quantity })
  }

  function takeCount(document: Fields): void {
    const [sku, at, id] = [String(document['sku']), String(document['at']), String(document['_id'])]
    const level = levelOf(sku)
    const before = countOf(level)
    if (before !== undefined && !isLaterCount({ at, id }, before)) return
    rows.dropChanges.run(sku, at)
    const later = rows.sumOfChanges.get(sku)?.sum ?? 0
    save({ ...level, onHand: Number(document['quantity']) + later, countedAt: at, countId: id })
  }

  /** The goods of an entry come back once, at the stamp of the earliest void, whichever of the documents comes first. */
  function takeVoid(document: Fields, readEntry: (id: string) => Fields | undefined): void {
    const [id, at] = [String(document['voidOf']), String(document['at'])]
    const known = rows.voided.get(id)?.at
    if (known !== undefined && known <= at) return
    rows.saveVoided.run(id, at)
    const entry = rows.source.get(id) === undefined ? undefined : readEntry(id)
    for (const { sku, quantity } of reversedLines(entry === undefined ? [] : (stockLinesOf(entry) ?? []))) {
      if (known !== undefined) removeChange(sku, known, skuOfReversal(id))
      addChange(sku, at, skuOfReversal(id), quantity)
    }
  }

  function takeDocument(document: Fields, readEntry: (id: string) => Fields | undefined): void {
    const id = String(document['_id'])
    const lines = stockLinesOf(document)
    const isCount = document['type'] === 'stock-count'
    if (lines === undefined && !isCount) return
    if (rows.source.get(id) !== undefined) return
    rows.addSource.run(id)
    if (isCount) takeCount(document)
    if (document['type'] === 'void') takeVoid(document, readEntry)
    const at = String(document['at'])
    for (const { sku, quantity } of lines ?? []) addChange(sku, at, id, quantity)
    const voidedAt = rows.voided.get(id)?.at
    if (voidedAt === undefined) return
    for (const { sku, quantity } of reversedLines(lines ?? [])) addChange(sku, voidedAt, skuOfReversal(id), quantity)
  }

  const together = (work: () => void): void => {
    connection.exec('BEGIN IMMEDIATE')
    try {
      work()
      connection.exec('COMMIT')
    } catch (error) {
      if (connection.isOpen && connection.isTransaction) connection.exec('ROLLBACK')
      throw error
    }
  }

  return {
    epoch: () => rows.state.get()?.epoch ?? '',
    setEpoch: (epoch) => rows.setEpoch.run(epoch),
    generation: () => rows.state.get()?.generation ?? '',
    positions: () => new Map(rows.positions.all().map(({ database, sequence }) => [database, sequence])),
    take({ database, sequence, documents }, readEntry) {
      together(() => {
        for (const document of documents) takeDocument(document, readEntry)
        rows.savePosition.run(database, sequence)
      })
    },
    beginAnew(epoch) {
      together(() => {
        for (const table of ['source', 'change', 'voided', 'level', 'position', 'state'])
          connection.exec(`DELETE FROM ${table}`)
        rows.begin.run(epoch, randomBytes(8).toString('hex'))
      })
    },
    level(sku) {
      const row = rows.level.get(sku)
      return row === undefined ? undefined : { sku: row.sku, onHand: row.onHand, countedAt: row.countedAt }
    },
    levelsAfter: (version, limit) =>
      rows.levelsAfter
        .all(version, limit)
        .map(({ sku, onHand, countedAt, version }) => ({ sku, onHand, countedAt, version })),
    included: (ids) => ids.filter((id) => rows.source.get(id) !== undefined),
    close: () => connection.close(),
  }
}

function openOrMakeAnew(file: string): DatabaseSync {
  const open = (): DatabaseSync => {
    const connection = new DatabaseSync(file)
    try {
      // A power cut may take the latest transactions, whole and in order: they are derived once more.
      connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096')
      const version = (connection.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
      if (version === 0) connection.exec(`BEGIN; ${schema} COMMIT`)
      else if (version !== formatVersion) throw new Error(`stock in form ${version}`)
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }
  try {
    return open()
  } catch {
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
    return open()
  }
}

interface Statement<Row> {
  get(...parameters: SQLInputValue[]): Row | undefined
  all(...parameters: SQLInputValue[]): Row[]
  run(...parameters: SQLInputValue[]): void
}

function prepare(connection: DatabaseSync) {
  /** The types of the rows are what the statement says. */
  const statement = <Row = never>(sql: string): Statement<Row> => connection.prepare(sql) as unknown as Statement<Row>
  return {
    state: statement<{ epoch: string; generation: string; version: number }>('SELECT * FROM state'),
    begin: statement('INSERT INTO state VALUES (1, ?, ?, 0)'),
    setEpoch: statement('UPDATE state SET epoch = ?'),
    bump: statement('UPDATE state SET version = version + 1'),
    source: statement<{ id: string }>('SELECT id FROM source WHERE id = ?'),
    addSource: statement('INSERT INTO source VALUES (?)'),
    change: statement<{ quantity: number }>('SELECT quantity FROM change WHERE sku = ? AND at = ? AND source = ?'),
    addChange: statement('INSERT INTO change VALUES (?, ?, ?, ?)'),
    removeChange: statement('DELETE FROM change WHERE sku = ? AND at = ? AND source = ?'),
    dropChanges: statement('DELETE FROM change WHERE sku = ? AND at <= ?'),
    sumOfChanges: statement<{ sum: number | null }>('SELECT sum(quantity) AS sum FROM change WHERE sku = ?'),
    voided: statement<{ at: string }>('SELECT at FROM voided WHERE id = ?'),
    saveVoided: statement('INSERT INTO voided VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at'),
    level: statement<LevelRow>('SELECT * FROM level WHERE sku = ?'),
    saveLevel: statement('INSERT OR REPLACE INTO level VALUES (?, ?, ?, ?, ?)'),
    levelsAfter: statement<LevelRow>('SELECT * FROM level WHERE version > ? ORDER BY version LIMIT ?'),
    positions: statement<{ database: string; sequence: number }>('SELECT * FROM position'),
    savePosition: statement('INSERT OR REPLACE INTO position VALUES (?, ?)'),
  }
}
