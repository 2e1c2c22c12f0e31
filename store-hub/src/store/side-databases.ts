import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { isSideName, toFileName } from './database-name.ts'
import { syncFolder } from './durable-files.ts'
import { StoreError } from './errors.ts'
import type { OpenDocumentDatabase } from './open-document-database.ts'

/** The databases that belong to the database `owner`, in files beside its own. They are opened when they are asked for. */
export function createSideDatabases(
  owner: string,
  folder: string,
  open: (file: string, name: string) => OpenDocumentDatabase,
) {
  const opened = new Map<string, OpenDocumentDatabase>()
  const removing = new Set<string>()
  let isClosed = false
  const fileOf = (name: string): string => {
    if (isSideName(owner, name)) return path.join(folder, toFileName(name))
    throw new StoreError('illegal_database_name', name, `Not a side database of '${owner}': '${name.slice(0, 300)}'`)
  }
  const openOrMakeAnew = (file: string, name: string): OpenDocumentDatabase => {
    try {
      return open(file, name)
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'database_unreadable')) throw error
      for (const each of filesOf(file)) rmSync(each, { force: true })
      return open(file, name)
    }
  }
  return {
    get(name: string): OpenDocumentDatabase {
      const known = opened.get(name)
      if (known !== undefined) return known
      // Opened now it would be a file without a name, or one that nobody closes.
      if (isClosed || removing.has(name)) throw new StoreError('store_closed', name, `'${name}' is being closed`)
      const made = openOrMakeAnew(fileOf(name), name)
      opened.set(name, made)
      return made
    },
    async remove(name: string): Promise<void> {
      const file = fileOf(name)
      const database = opened.get(name)
      opened.delete(name)
      removing.add(name)
      try {
        await database?.close()
        for (const each of filesOf(file)) await rm(each, { force: true })
        await syncFolder(folder)
      } finally {
        removing.delete(name)
      }
    },
    async close(): Promise<void> {
      isClosed = true
      const all = [...opened.values()]
      opened.clear()
      await Promise.all(all.map((database) => database.close()))
    },
  }
}

/** The file itself comes first: what stands beside it means nothing without it. */
const filesOf = (file: string): string[] => [file, `${file}-wal`, `${file}-shm`]
