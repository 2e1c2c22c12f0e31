import type { FastifyRequest } from 'fastify'
import type { PouchDocument } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'

/** Who is asking. `name` and `roles` are what `/_session` shows; an application may add its own members. */
export interface CouchPrincipal {
  readonly name: string | null
  readonly roles: readonly string[]
}

type MaybePromise<T> = T | Promise<T>

/**
 * Who may do what. Only `authenticate` is required; a right that is not given here is: read and write yes, administer
 * and create databases no, local documents wherever reading is allowed (a replication's checkpoint at its source).
 * A database that may not be read answers 403, whether it exists or not.
 */
export interface CouchAccess<P extends CouchPrincipal> {
  /** undefined answers 401 with `challenge` in `WWW-Authenticate`. `GET /` and `/_up` don't ask. */
  authenticate(request: FastifyRequest): MaybePromise<P | undefined>
  /** default `Bearer`; for user name and password `Basic realm="…"` */
  readonly challenge?: string
  /** Whose name and password these are: lets `POST /_session` answer with a cookie. Without it nobody can sign in there. */
  signIn?(name: string, password: string): MaybePromise<P | undefined>
  mayRead?(principal: P, database: string): boolean
  mayWrite?(principal: P, database: string): boolean
  /** `id` begins with `_local/` */
  mayWriteLocal?(principal: P, database: string, id: string): boolean
  /** design documents, indexes, `_security`, `_compact`, and removing the database */
  mayAdminister?(principal: P, database: string): boolean
  mayCreateDatabase?(principal: P, database: string): boolean
}

/** What `validateDocument` sees of a write. */
export interface DocumentToWrite<P extends CouchPrincipal> {
  readonly principal: P
  readonly database: string
  /** as sent, with `_id`, and `_rev`, `_revisions`, `_deleted` where they were sent */
  readonly document: PouchDocument
  /** true when the revision was made elsewhere and is replicated as it is (`new_edits: false`) */
  readonly replicated: boolean
  /** The winning revision that the database holds (its body with `_deleted: true` when deleted), undefined for none. */
  readExisting(): Promise<PouchDocument | undefined>
}

export interface DocumentRefusal {
  readonly error: 'forbidden' | 'unauthorized'
  readonly reason: string
}

export interface RefusedDocument extends DocumentRefusal {
  readonly id: string
  /** the revision that was sent, undefined for a new document */
  readonly rev: string | undefined
  /** the document as parsed; it may be nested too deeply to store or to serialise */
  readonly body: unknown
  /** its exact JSON text as it came in, whatever is wrong with it */
  readonly text: string
}

export interface AcceptedDocument {
  readonly id: string
  readonly rev: string
  readonly deleted: boolean
  readonly type: unknown
}

export interface Refusals<P extends CouchPrincipal> {
  readonly principal: P
  readonly database: string
  /** as in `DocumentToWrite`: false when `rev` is the revision to build upon, not the document's own */
  readonly replicated: boolean
  readonly documents: readonly RefusedDocument[]
}

export interface Acceptances<P extends CouchPrincipal> {
  readonly principal: P
  readonly database: string
  readonly documents: readonly AcceptedDocument[]
}

export interface ClientAhead<P extends CouchPrincipal> {
  readonly principal: P
  readonly database: string
  /** where the client believes to be */
  readonly since: number
  /** where the database is */
  readonly updateSequence: number
}

export interface CouchLimits {
  /** bytes of one document's JSON text; default 1,000,000 */
  readonly documentBytes: number
  /** bytes of one request body after decompression; default 16,000,000 */
  readonly requestBytes: number
  /** documents in one `_bulk_docs` or `_bulk_get`; default 500 */
  readonly batchDocuments: number
  /** nesting of objects and arrays in a document; default 32 */
  readonly depth: number
  /**
   * names that no member of a document may have, at any depth, because programs trip over them; default `__proto__`,
   * `constructor` and `prototype`
   */
  readonly refusedNames: readonly string[]
  /** UTF-8 bytes of a document id; default 512 */
  readonly idBytes: number
  /** longpoll, continuous and eventsource feeds open at once; default 1000 */
  readonly feeds: number
  /** longest wait of a feed without heartbeat, in milliseconds; default 60,000 */
  readonly feedTimeoutMs: number
}

export interface CouchServerOptions<P extends CouchPrincipal = CouchPrincipal> {
  readonly store: Store
  readonly access: CouchAccess<P>
  /**
   * Called for every document on every way in (PUT, POST, DELETE, `_bulk_docs`), not for `_local/` documents.
   * A refusal is that document's own result; the rest of its batch is stored. What it throws fails the request (500).
   */
  readonly validateDocument?: (write: DocumentToWrite<P>) => MaybePromise<DocumentRefusal | undefined>
  /**
   * Awaited before anything of the batch is stored or answered. When it throws, nothing is stored and the request fails,
   * with 500 or as the `CouchError` that was thrown says.
   */
  readonly onRefused?: (refusals: Refusals<P>) => MaybePromise<void>
  /**
   * Told after the documents are on disk, also of replicated ones that were there before. It doesn't hold up the
   * answer; what it throws is logged.
   */
  readonly onAccepted?: (acceptances: Acceptances<P>) => MaybePromise<void>
  /**
   * Told of a client that remembers a higher sequence than the database has: it read from a later state of this store, so
   * the store has been set back. The client is answered as one that has seen everything. It must not throw.
   */
  readonly onClientAhead?: (evidence: ClientAhead<P>) => void
  /**
   * Calls `listener` when somebody may have lost rights, and answers how to end that. Every open feed ends then: its client
   * comes again, and is asked anew who it is.
   */
  readonly onRightsLost?: (listener: () => void) => () => void
  readonly limits?: Partial<CouchLimits>
  /**
   * `numbers` as CouchDB 1 and PouchDB have them, or `opaque` texts as CouchDB 3 has, which keep a client from
   * calculating with them; default `numbers`. Both are understood in requests.
   */
  readonly sequences?: 'numbers' | 'opaque'
  /** `vendor` of `GET /` */
  readonly vendor?: { readonly name: string; readonly version: string }
}

export const DEFAULT_LIMITS: CouchLimits = {
  documentBytes: 1_000_000,
  requestBytes: 16_000_000,
  batchDocuments: 500,
  depth: 32,
  refusedNames: ['__proto__', 'constructor', 'prototype'],
  idBytes: 512,
  feeds: 1_000,
  feedTimeoutMs: 60_000,
}
