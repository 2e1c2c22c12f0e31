// What a database of the store can do. Reading is synchronous: SQLite answers from memory or one page read, and a
// caller sees one state from its first call to its last as long as it does not await. Writing is grouped: everything
// that is written in one turn of the event loop shares a transaction and its fsync.

/** `<generation>-<32 hexadecimal digits>` */
export type Revision = string

/** CouchDB's revision tree in the form of `pouchdb-merge`: roots, each with the generation at which it begins. */
export type RevisionTree = RevisionRoot[]
export interface RevisionRoot {
  pos: number
  ids: RevisionNode
}
export type RevisionNode = [hash: string, state: { status?: string; deleted?: boolean }, children: RevisionNode[]]

/** As `_revisions` shows it: hashes from the revision itself back to the oldest that is known. */
export interface RevisionHistory {
  readonly start: number
  readonly ids: readonly string[]
}

export interface Leaf {
  readonly rev: Revision
  readonly deleted: boolean
}

/** All of a document but its bodies. */
export interface DocumentHead {
  readonly id: string
  /** sequence of its last change */
  readonly sequence: number
  /** winning revision, by CouchDB's rule */
  readonly rev: Revision
  /** the winning revision is a deletion, so the document is gone */
  readonly deleted: boolean
  /** every leaf, the winner first, then as CouchDB orders conflicts */
  readonly leaves: readonly Leaf[]
}

/** A revision with its body. */
export interface StoredRevision {
  readonly id: string
  readonly rev: Revision
  readonly deleted: boolean
  /** JSON text of an object that has no member of the protocol (`_id`, `_rev`, …); `{}` at least */
  readonly body: string
}

/** A change; `body` is the winning revision's when bodies were asked for. */
export interface ChangedDocument extends DocumentHead {
  readonly body?: string
}

export interface ChangesRange {
  /** exclusive; default 0 */
  readonly since?: number
  /** exclusive; where a descending feed goes on */
  readonly before?: number
  /** rows at most */
  readonly limit: number
  readonly descending?: boolean
  readonly bodies?: boolean
}

/** A range of ids, in the order of their UTF-8 bytes. Deleted documents are not in it. */
export interface IdRange {
  /** inclusive; with `descending` the greater end */
  readonly startKey?: string
  readonly endKey?: string
  /** default true */
  readonly inclusiveEnd?: boolean
  readonly descending?: boolean
  readonly skip?: number
  readonly limit: number
  readonly bodies?: boolean
}

export interface ListedDocument extends DocumentHead {
  readonly body?: string
}

/** A revision to make here, on top of `rev`; without `rev` a new document, or a new life of a deleted one. */
export interface EditWrite {
  readonly kind: 'edit'
  readonly id: string
  readonly rev?: Revision
  readonly deleted: boolean
  /** as `StoredRevision.body` */
  readonly body: string
}

/** A revision that was made elsewhere (`new_edits: false`): grafted into the tree, never a conflict. */
export interface ReplicatedWrite {
  readonly kind: 'replicated'
  readonly id: string
  readonly revisions: RevisionHistory
  readonly deleted: boolean
  readonly body: string
}

export type DocumentWrite = EditWrite | ReplicatedWrite

export type WriteResult =
  /** `isNew` is false for a replicated revision that was there before */
  | { readonly kind: 'stored'; readonly id: string; readonly rev: Revision; readonly isNew: boolean }
  /** `rev` of an edit is not a leaf, or is missing where the document lives */
  | { readonly kind: 'conflict'; readonly id: string }

export interface LocalDocument {
  /** with its `_local/` */
  readonly id: string
  /** `0-<number>` */
  readonly rev: Revision
  readonly body: string
}

export interface LocalWrite {
  /** with its `_local/` */
  readonly id: string
  /** JSON text of an object without `_id` and `_rev`; undefined removes the document */
  readonly body: string | undefined
  /** what is replaced, `0-0` for nothing; undefined replaces whatever there is */
  readonly rev?: Revision | undefined
}

export type LocalWriteResult = { readonly kind: 'stored'; readonly rev: Revision } | { readonly kind: 'conflict' }

export interface WrittenTogether {
  readonly documents: readonly WriteResult[]
  readonly locals: readonly LocalWriteResult[]
}

export interface DatabaseInfo {
  /** documents that are not deleted, design documents among them */
  readonly documentCount: number
  readonly deletedCount: number
  /** of the last change; 0 when there was none */
  readonly updateSequence: number
  readonly revsLimit: number
  readonly compactRunning: boolean
}

export interface DatabaseSizes {
  /** bytes on disk, its write-ahead log included */
  readonly fileBytes: number
  /** bytes of the file that hold something */
  readonly activeBytes: number
}

export interface DocumentDatabase {
  readonly name: string
  /** as `info` has it */
  readonly updateSequence: number
  /** From memory. */
  info(): DatabaseInfo
  /** From the file: not for those who ask at every request. */
  sizes(): DatabaseSizes

  /** Undefined for an id that was never written. A deleted document has a head. */
  head(id: string): DocumentHead | undefined
  /** Undefined for an id that was never written. */
  revisionTree(id: string): RevisionTree | undefined
  /** The winner (a deleted one too), or the given revision. Undefined when it is unknown or its body is compacted away. */
  read(id: string, rev?: Revision): StoredRevision | undefined
  /** History of a revision that is known, whether its body is there or not. */
  history(id: string, rev: Revision): RevisionHistory | undefined

  /** One page of the changes feed: each document once, at the sequence of its last change. */
  changes(range: ChangesRange): ChangedDocument[]
  /** How many documents changed after `since`. */
  countChanges(since: number): number
  /** One page of the documents that are not deleted. */
  list(range: IdRange): ListedDocument[]

  /**
   * Writes in the order given; later ones see earlier ones. Resolves when all is on disk, one result each in the same
   * order. Rejects with StoreError `disk_full`, `store_closed` or `database_unreadable` when nothing was written.
   */
  write(writes: readonly DocumentWrite[]): Promise<WriteResult[]>

  /** Documents and `_local/` documents in one transaction: all of it comes on disk, or nothing. Otherwise as `write`. */
  writeTogether(writes: readonly DocumentWrite[], locals: readonly LocalWrite[]): Promise<WrittenTogether>

  readLocal(id: string): LocalDocument | undefined
  /**
   * `body` undefined removes it. Without `rev` it replaces whatever there is, as PouchDB does; `0-0` is the revision of one
   * that is not there, and removing with a `rev` what is not there is a conflict. Resolves when on disk.
   */
  writeLocal(id: string, body: string | undefined, rev?: Revision): Promise<LocalWriteResult>
  /** Ids with their `_local/`, in order. */
  listLocalIds(limit: number): string[]

  setRevsLimit(limit: number): Promise<void>
  /** Removes the bodies of revisions that are not leaves and gives their space back, in short steps. */
  compact(): Promise<void>
  /** Called after each group of writes that is on disk; it must not throw. Returns the function that ends it. */
  onWrite(listener: () => void): () => void

  /**
   * A database that belongs to this one, such as a view's index: in no list, removed along with it, and empty again
   * when its file was damaged. Opened, or made, at the first call. Its name begins with the name of this one and
   * `-mrview-`. A power cut may take its latest transactions, whole and in order.
   */
  side(name: string): DocumentDatabase
  /** Closes a side database and removes its files. Nothing happens when there is none. */
  removeSide(name: string): Promise<void>

  /** Reads everything, in another thread and as it is at one moment, and says what doesn't fit together. */
  verify(): Promise<Verification>
}

export interface Verification {
  /** deleted ones among them */
  readonly documents: number
  readonly bodies: number
  /** how many problems there are; `problems` has the first thousand */
  readonly problemCount: number
  readonly problems: readonly VerificationProblem[]
}

export interface VerificationProblem {
  /** undefined for what concerns the file as a whole */
  readonly id?: string
  readonly problem: string
}
