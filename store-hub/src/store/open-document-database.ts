// One database: an SQLite file, its own revision trees, and one queue of writers.
//
//   write ─► queue ─► writer ─┬─► document   sequence │ id │ rev │ deleted │ leaves │ body │ tree     (a scan is the feed)
//            (group           │      by id ──┘ unique index                           │      └─ null for one revision
//             commit)         ├─► body       key ◄────────────────────────────────────┘ checksum │ text    (append-only)
//                             ├─► local      id │ number │ body            `_local/` documents, in no feed
//                             └─► state      documents │ deleted │ sequence │ lastBody │ revsLimit
//   read ◄─ reader ◄──────────────┘
//
// 1. A write is acknowledged after the fsync of the commit it is in (WAL, synchronous=FULL); a commit is shared by all
//    who write in one turn of the event loop. Reading and committing are synchronous in one thread, so nobody ever sees
//    what is not on disk.
// 2. A document stands in `document` once, at the sequence of its last change; a change takes the next sequence and moves
//    the row to the end. What changes nothing takes none.
// 3. The row says of the tree: the winner with the key of its body, and the number of leaves. A document of one revision,
//    which nearly all are, has no tree's text, and neither writing nor reading it touches the tree's code.
// 4. Every leaf has its body. Bodies of other revisions stay until compaction, or until they fall off the tree's limit.
// 5. A body's checksum is of document, revision and text, and looked at whenever it is read: what is damaged is refused.
// 6. `state` is written in the same transaction as what it counts, and kept in memory; a transaction that is undone puts
//    the memory back.
// 7. Nothing is kept in memory for a document, so a million of them open in milliseconds.
import { statSync } from 'node:fs'
import path from 'node:path'
import { compactDatabase } from './compaction.ts'
import { openConnection, readNumber } from './connection.ts'
import type { DatabaseInfo, DatabaseSizes, DocumentDatabase, DocumentWrite } from './document-database.ts'
import { createDocumentReader } from './document-reader.ts'
import { createSpaceCheck } from './disk-space.ts'
import { prepareRows, type DatabaseState } from './document-rows.ts'
import { createDocumentWriter, type Mutable } from './document-writer.ts'
import { StoreError, toStoreError } from './errors.ts'
import { createLocalDocuments } from './local-documents.ts'
import { createSideDatabases } from './side-databases.ts'
import { verifyInThread } from './verification.ts'
import { createWriteQueue } from './write-queue.ts'

export interface DocumentDatabaseOptions {
  /** path of the SQLite file; `-wal` and `-shm` stand beside it */
  readonly file: string
  readonly name: string
  /** False for what can be made anew: its latest writes may be lost in a power cut. Default true. */
  readonly durable?: boolean
  /** bytes that stay free on the disk; default 32 MiB */
  readonly reserveBytes?: number
  /** The file never grows beyond this many pages: a disk that is full, for tests. */
  readonly maxPages?: number
  /** Told after each transaction how many jobs shared it. */
  readonly onCommit?: (jobs: number) => void
}

/** A database whose holder must close it. */
export interface OpenDocumentDatabase extends DocumentDatabase {
  /** Writes what waits, then closes the file. Calls reject or throw StoreError `store_closed` from then on. */
  close(): Promise<void>
}

/**
 * Opens a database, made when there is none. Throws StoreError `database_unreadable`, `schema_too_new` or `disk_full`.
 */
export function openDocumentDatabase(options: DocumentDatabaseOptions): OpenDocumentDatabase {
  const { file, name, durable = true, reserveBytes, maxPages, onCommit } = options
  const folder = path.dirname(file)
  const connection = openConnection({ file, name, synchronous: durable ? 'FULL' : 'NORMAL' })
  if (maxPages !== undefined) connection.exec(`PRAGMA max_page_count = ${maxPages}`)
  const rows = prepareRows(connection)
  const state = readState()
  let saved: DatabaseState = { ...state }
  let compaction: Promise<void> | undefined
  const listeners = new Set<() => void>()

  const queue = createWriteQueue({
    connection,
    name,
    checkSpace: createSpaceCheck(folder, name, reserveBytes),
    beforeCommit: saveState,
    undo: () => Object.assign(state, saved),
    committed(jobs) {
      const isChanged = state.sequence !== saved.sequence
      saved = { ...state }
      return () => {
        onCommit?.(jobs)
        if (isChanged) for (const listener of listeners) listener()
      }
    },
  })
  const reader = createDocumentReader(rows, state, name)
  const writer = createDocumentWriter(rows, state)
  const local = createLocalDocuments(rows, queue)
  const sides = createSideDatabases(name, folder, (sideFile, sideName) =>
    openDocumentDatabase({ ...options, file: sideFile, name: sideName, durable: false }),
  )

  return {
    name,
    get updateSequence() {
      return state.sequence
    },
    info: () => guarded(readInfo),
    sizes: () => guarded(readSizes),
    head: (id) => guarded(() => reader.head(id)),
    revisionTree: (id) => guarded(() => reader.revisionTree(id)),
    read: (id, rev) => guarded(() => reader.read(id, rev)),
    history: (id, rev) => guarded(() => reader.history(id, rev)),
    changes: (range) => guarded(() => reader.changes(range)),
    countChanges: (since) => guarded(() => reader.countChanges(since)),
    list: (range) => guarded(() => reader.list(range)),
    readLocal: (id) => guarded(() => local.read(id)),
    writeLocal: (id, body, rev) => local.write(id, body, rev),
    listLocalIds: (limit) => guarded(() => local.ids(limit)),

    async write(writes) {
      if (writes.length === 0) return []
      const sound = writes.map((write) => toSoundWrite(write, name))
      return queue.run(byteSize(sound), () => writer.apply(sound))
    },
    async writeTogether(writes, locals) {
      const sound = writes.map((write) => toSoundWrite(write, name))
      const localBytes = locals.reduce((sum, { id, body = '' }) => sum + id.length + body.length + 100, 0)
      return queue.run(byteSize(sound) + localBytes, () => ({
        documents: writer.apply(sound),
        locals: locals.map(local.apply),
      }))
    },
    async setRevsLimit(limit) {
      if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`revsLimit: must be at least 1, not ${limit}`)
      await queue.run(0, () => void (state.revsLimit = limit))
    },
    compact() {
      compaction ??= compactDatabase(connection, rows, queue).finally(() => (compaction = undefined))
      return compaction
    },
    onWrite(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    side: (side) => sides.get(side),
    removeSide: (side) => sides.remove(side),
    verify: () => verifyInThread(file, name),
    async close() {
      await queue.close()
      await compaction?.catch(() => undefined)
      await sides.close()
      if (connection.isOpen) connection.close()
    },
  }

  function readState(): Mutable<DatabaseState> {
    const row = guarded(() => rows.state.get())
    if (row === undefined) throw new StoreError('database_unreadable', name, `The database '${name}' has no state`)
    return { ...row }
  }

  function saveState(): void {
    const { documents, deleted, sequence, lastBody, revsLimit } = state
    if (lastBody === saved.lastBody && revsLimit === saved.revsLimit) return
    rows.setState.run(documents, deleted, sequence, lastBody, revsLimit)
  }

  function readInfo(): DatabaseInfo {
    const { documents: documentCount, deleted: deletedCount, sequence: updateSequence, revsLimit } = state
    return { documentCount, deletedCount, updateSequence, revsLimit, compactRunning: compaction !== undefined }
  }

  function readSizes(): DatabaseSizes {
    const pageBytes = readNumber(connection, 'page_size')
    const pages = readNumber(connection, 'page_count')
    return {
      fileBytes: pages * pageBytes + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0),
      activeBytes: (pages - readNumber(connection, 'freelist_count')) * pageBytes,
    }
  }

  function guarded<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw toStoreError(error, name)
    }
  }
}

/** True for a text that can be the id of a document: not empty, and UTF-8 can hold it. */
export function isDocumentId(id: string): boolean {
  return id !== '' && id.isWellFormed()
}

function toSoundWrite(write: DocumentWrite, database: string): DocumentWrite {
  if (!isDocumentId(write.id)) {
    throw new StoreError('illegal_document', database, 'id: must be a text that is not empty and is valid Unicode')
  }
  if (write.kind === 'replicated' && !isHistory(write.revisions)) {
    throw new StoreError(
      'illegal_document',
      database,
      'revisions: must be one hash or more, and not more than their start says',
    )
  }
  return write.body.isWellFormed() ? write : { ...write, body: escapeLoneSurrogates(write.body) }
}

function isHistory({ start, ids }: { start: number; ids: readonly string[] }): boolean {
  return Number.isSafeInteger(start) && ids.length > 0 && ids.length <= start && ids.every(isDocumentId)
}

// UTF-8 has no half of a pair. In JSON it can only stand in a string, where its escape means the same.
function escapeLoneSurrogates(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`)
}

function byteSize(writes: readonly DocumentWrite[]): number {
  return writes.reduce((sum, { id, body }) => sum + id.length + body.length + 200, 0)
}
