// PouchDB's adapter interface over the store's own databases.
//
//   PouchDB: replication, find, map/reduce ──► adapter ──► DocumentDatabase ──► one transaction, one fsync
//                                                 │
//                                                 └──► its side databases: the indexes of views
//
// 1. The adapter keeps no state of the data: each call reads from, or writes to, the store.
// 2. The documents and `_local` documents of one `bulkDocs` share a transaction: a view's rows and its progress.
// 3. A view whose write failed answers no more: PouchDB ignores that failure and would go on, past the rows that are
//    missing. The next query opens the view anew, at the progress that is on disk.
// 4. The database itself is closed and removed by the store alone; PouchDB does so with the side databases only.
import type { DocumentDatabase, DocumentWrite, LocalWrite, LocalWriteResult, WriteResult } from '../store/index.ts'
import { StoreError } from '../store/index.ts'
import { startChanges } from './changes-reader.ts'
import type { AdapterChangesOptions } from './changes-reader.ts'
import { listDocuments } from './document-list.ts'
import { FORBIDDEN, MISSING_DOC, NOT_OPEN, REV_CONFLICT, createError, uuid } from './packages.js'
import { fromLocalDocument, isPouchError, latestOf, toBody, toPouchDocument, toWrite } from './stored-documents.ts'
import type { PouchAllDocsOptions, PouchDocument, PouchError, PouchWriteResult } from './types.ts'

/** Hands a database through PouchDB's options: PouchDB copies plain objects, not those of a class. */
export class NativeSource {
  readonly database: DocumentDatabase
  constructor(database: DocumentDatabase) {
    this.database = database
  }
}

export type Callback<T> = (error: unknown, value?: T) => void

export interface AdapterOptions {
  readonly name: string
  readonly source: NativeSource
}

/** The members of a PouchDB object that an adapter fills in. */
export interface AdapterMembers {
  emit(event: string, value: unknown): boolean
  [member: string]: unknown
}

/** Fills in a PouchDB object: over the database of `source` for that one's name, over a side database for another. */
export function fillIn(api: AdapterMembers, options: AdapterOptions, ready: Callback<unknown>): void {
  const { database: main } = options.source
  const isSide = options.name !== main.name
  try {
    const database = isSide ? openSide(main, options.name) : main
    addReading(api, database)
    addWriting(api, database, isSide)
    addLocalDocuments(api, database)
    if (isSide) closeAfterFailure(api, main, database)
    addLifecycle(api, database, isSide ? main : undefined)
  } catch (error) {
    ready(error)
    return
  }
  ready(null, api)
}

/** An index keeps no history. That it should not is no reason to fail. */
function openSide(main: DocumentDatabase, name: string): DocumentDatabase {
  const side = main.side(name)
  if (side.info().revsLimit > 1) side.setRevsLimit(1).catch(() => undefined)
  return side
}

/** Calls back with what `read` returns or throws, and is not confused by what the callback itself throws. */
function answer<T>(callback: Callback<T>, read: () => T): void {
  let value: T
  try {
    value = read()
  } catch (error) {
    callback(error)
    return
  }
  callback(null, value)
}

function answerLater<T>(reply: Callback<T>, work: Promise<T>): void {
  void settle(work).then((read) => {
    answer(reply, read)
  })
}

const settle = <T>(work: Promise<T>): Promise<() => T> =>
  work.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error
    },
  )

interface GetOptions {
  readonly rev?: string
  readonly latest?: boolean
}

function addReading(api: AdapterMembers, database: DocumentDatabase): void {
  api['_remote'] = false
  api['type'] = (): string => 'tidemark'
  api['_id'] = (callback: Callback<string>) => answerLater(callback, readOrMakeInstanceId(database))
  api['_info'] = (callback: Callback<object>) =>
    answer(callback, () => {
      const { documentCount, updateSequence } = database.info()
      return { doc_count: documentCount, update_seq: updateSequence, db_name: database.name }
    })
  api['_get'] = (id: string, options: GetOptions, callback: Callback<object>) =>
    answer(callback, () => readDocument(database, id, options))
  api['_getRevisionTree'] = (id: string, callback: Callback<object>) =>
    answer(callback, () => {
      const tree = database.revisionTree(id)
      if (tree === undefined) throw createError(MISSING_DOC)
      return tree
    })
  api['_getAttachment'] = (_id: string, _name: string, _stub: object, _options: object, callback: Callback<never>) =>
    callback(createError(FORBIDDEN, '_attachments: attachments are not kept here'))
  api['_allDocs'] = (options: PouchAllDocsOptions, callback: Callback<object>) =>
    answerLater(callback, listDocuments(database, options))
  api['_changes'] = (options: AdapterChangesOptions) => startChanges(database, options)
}

function readDocument(database: DocumentDatabase, id: string, { rev, latest }: GetOptions): object {
  const head = database.head(id)
  if (head === undefined) throw createError(MISSING_DOC, 'missing')
  if (rev === undefined && head.deleted) throw createError(MISSING_DOC, 'deleted')
  const wanted = rev === undefined ? head.rev : latest === true ? latestOf(database, head, rev) : rev
  const found = database.read(id, wanted)
  if (found === undefined) throw createError(MISSING_DOC, 'missing')
  const { sequence: seq, rev: winningRev, deleted } = head
  return {
    doc: toPouchDocument(id, found.rev, false, found.body),
    metadata: { id, seq, winningRev, deleted, rev_tree: database.revisionTree(id) },
  }
}

const INSTANCE_ID = '_local/_pouch_instance'

/** An id that names this database in the checkpoints of replications, and stays with it. */
async function readOrMakeInstanceId(database: DocumentDatabase): Promise<string> {
  const kept = database.readLocal(INSTANCE_ID)
  if (kept !== undefined) return String(fromLocalDocument(kept)['uuid'])
  await database.writeLocal(INSTANCE_ID, JSON.stringify({ uuid: uuid() }), '0-0')
  return readOrMakeInstanceId(database)
}

interface BulkOptions {
  readonly new_edits?: boolean
  readonly was_delete?: boolean
}

function addWriting(api: AdapterMembers, database: DocumentDatabase, isSide: boolean): void {
  api['_bulkDocs'] = (
    request: { docs: PouchDocument[] },
    options: BulkOptions,
    callback: Callback<(PouchWriteResult | PouchError)[]>,
  ) => {
    // The id of an index's row is made of what a document says, which may hold half of a surrogate pair: no id can.
    if (isSide) for (const row of request.docs) row._id = row._id.toWellFormed()
    answerLater(callback, writeDocuments(database, request.docs, options))
  }
  api['_compact'] = (_options: object, callback: Callback<object>) =>
    answerLater(
      callback,
      database.compact().then(() => ({ ok: true })),
    )
}

type Outcome = PouchWriteResult | PouchError

async function writeDocuments(
  database: DocumentDatabase,
  documents: readonly PouchDocument[],
  options: BulkOptions,
): Promise<Outcome[]> {
  const outcomes: (Outcome | undefined)[] = []
  const writes: DocumentWrite[] = []
  const locals: LocalWrite[] = []
  // Where the result of each write, and of each local one, belongs.
  const places: number[] = []
  const localPlaces: number[] = []
  for (const [place, document] of documents.entries()) {
    try {
      document._id ??= uuid()
      if (document._id.startsWith('_local/')) {
        locals.push(toLocalWrite(document))
        localPlaces.push(place)
        continue
      }
      if (options.was_delete === true && database.head(document._id) === undefined) {
        throw createError(MISSING_DOC, 'deleted')
      }
      writes.push(toWrite(document, options.new_edits === false))
      places.push(place)
    } catch (error) {
      if (!isPouchError(error)) throw error
      outcomes[place] = error
    }
  }
  const written = await database.writeTogether(writes, locals)
  for (const [index, place] of places.entries()) outcomes[place] = toOutcome(written.documents[index])
  for (const [index, place] of localPlaces.entries()) {
    outcomes[place] = toLocalOutcome(locals[index], written.locals[index])
  }
  return outcomes as Outcome[]
}

function toOutcome(result: WriteResult | undefined): Outcome {
  if (result?.kind === 'stored') return { ok: true, id: result.id, rev: result.rev }
  return createError(REV_CONFLICT)
}

function toLocalWrite(document: PouchDocument): LocalWrite {
  // '0-0' is the revision of a document that is not there.
  const { _id: id, _rev: rev = '0-0' } = document
  return { id, rev, body: document._deleted === true ? undefined : toBody(document) }
}

function toLocalOutcome(write: LocalWrite | undefined, result: LocalWriteResult | undefined): Outcome {
  if (write === undefined || result?.kind !== 'stored') return createError(REV_CONFLICT)
  return { ok: true, id: write.id, rev: result.rev }
}

async function writeLocalDocument(database: DocumentDatabase, document: PouchDocument): Promise<Outcome> {
  const write = toLocalWrite(document)
  const outcome = toLocalOutcome(write, await database.writeLocal(write.id, write.body, write.rev))
  if (outcome instanceof Error && write.body === undefined && database.readLocal(write.id) === undefined) {
    throw createError(MISSING_DOC)
  }
  if (outcome instanceof Error) throw outcome
  return outcome
}

function addLocalDocuments(api: AdapterMembers, database: DocumentDatabase): void {
  api['_getLocal'] = (id: string, callback: Callback<PouchDocument>) =>
    answer(callback, () => {
      const found = database.readLocal(id)
      if (found === undefined) throw createError(MISSING_DOC)
      return fromLocalDocument(found)
    })
  type OptionsOrCallback = Callback<Outcome> | object
  const callbackOf = (options: OptionsOrCallback, callback?: Callback<Outcome>): Callback<Outcome> =>
    callback ?? (options as Callback<Outcome>)
  api['_putLocal'] = (document: PouchDocument, options: OptionsOrCallback, callback?: Callback<Outcome>) =>
    answerLater(callbackOf(options, callback), writeLocalDocument(database, document))
  api['_removeLocal'] = (document: PouchDocument, options: OptionsOrCallback, callback?: Callback<Outcome>) =>
    answerLater(callbackOf(options, callback), writeLocalDocument(database, { ...document, _deleted: true }))
}

/** See invariant 3. A damaged view is removed, and so built from nothing at the next query. */
function closeAfterFailure(api: AdapterMembers, main: DocumentDatabase, side: DocumentDatabase): void {
  let failure: { readonly error: unknown } | undefined
  const guard = (member: string): void => {
    const call = api[member] as (...parameters: unknown[]) => void
    api[member] = (...parameters: unknown[]) => {
      const callback = parameters.pop() as Callback<unknown>
      if (failure !== undefined) {
        callback(failure.error)
        return
      }
      call(...parameters, (error: unknown, value: unknown) => {
        if (error != null && !isPouchError(error) && failure === undefined) {
          failure = { error }
          if (isUnreadable(error)) throwAway(main, side.name)
          // PouchDB forgets a view whose database is gone.
          api.emit('destroyed', true)
        }
        callback(error, value)
      })
    }
  }
  for (const member of ['_bulkDocs', '_allDocs', '_putLocal', '_getLocal']) guard(member)
}

const isUnreadable = (error: unknown): boolean => error instanceof StoreError && error.code === 'database_unreadable'

/** What can't be removed now is replaced by the store when it is opened next. */
function throwAway(main: DocumentDatabase, side: string): void {
  main.removeSide(side).catch(() => undefined)
}

/** `main` is the owner of a side database. */
function addLifecycle(api: AdapterMembers, database: DocumentDatabase, main: DocumentDatabase | undefined): void {
  // The file stays open for the next query; the store closes it along with the database it belongs to.
  api['_close'] = (callback: Callback<unknown>) => callback(null)
  api['_destroy'] = (_options: object, callback: Callback<unknown>) => {
    if (main === undefined) callback(createError(NOT_OPEN, 'a database is removed by its store'))
    else answerLater(callback, main.removeSide(database.name))
  }
}
