/** The till's databases in memory: real PouchDB, no disk. */
import PouchDB from 'pouchdb-core'
import memoryAdapter from 'pouchdb-adapter-memory'
import { TerminalDatabases, type OpenDatabase } from '../data/terminal-databases.ts'

PouchDB.plugin(memoryAdapter)

let made = 0

/** Opens databases of one imaginary browser; every call of the returned function with the same name sees the same data. */
export function memoryBrowser(): OpenDatabase {
  made += 1
  const prefix = `browser-${made}-`
  // The till knows its databases by their own names, whatever the test's prefix.
  return (name) => {
    const database = new PouchDB(`${prefix}${name}`, { adapter: 'memory' })
    Object.defineProperty(database, 'name', { value: name })
    return database
  }
}

export function memoryDatabases(open: OpenDatabase = memoryBrowser()): TerminalDatabases {
  return new TerminalDatabases(open)
}
