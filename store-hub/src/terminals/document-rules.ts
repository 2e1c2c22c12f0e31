// What a till may write, document by document. A refusal is that document's own result; the rest of its batch lands.
//
// 1. A document is of a known type and fits its schema, in the database of its type.
// 2. A till writes its own receipts and its store's stock; for a manager also products and decisions: manager-rules.ts.
// 3. A till whose lane was taken over delivers its receipts and nothing else.
// 4. What is immutable is written once. The same id with other content is an integrity alarm, and the first stands.
import {
  canonicalHash,
  checkDocument,
  classOfDatabase,
  describeProblems,
  documentTypeOf,
  hashableBody,
  type EntityClass,
} from '@tidemark/contracts'
import type { DocumentRefusal, DocumentToWrite } from '../couch-server/index.ts'
import { checkConflict, checkEndOfLeaf, checkProduct, forbidden, type Records } from './manager-rules.ts'
import type { TerminalPrincipal } from './terminal-access.ts'

type Write = DocumentToWrite<TerminalPrincipal>
type Rule = (write: Write, records: Records) => DocumentRefusal | undefined

/** Writes in flight that could meet another of the same id before either is on disk. */
const maxRecent = 5000
const recentMs = 30_000

/** The `validateDocument` of the hub's `/db/`. `records` are the hub's databases, as they are at the moment of a write. */
export function createDocumentRules(
  nowMs: () => number,
  records: Records,
): (write: Write) => Promise<DocumentRefusal | undefined> {
  const recent = createRecentHashes(nowMs)
  return async (write) => {
    const refused = checkForm(write) ?? checkRights(write, records)
    if (refused !== undefined) return refused
    return documentTypeOf(write.document['type'])?.immutable === true ? checkUnchanged(write, recent) : undefined
  }
}

function checkForm({ database, document }: Write): DocumentRefusal | undefined {
  if (document._id.startsWith('_design/')) return forbidden('design documents are not for terminals')
  if (document._deleted === true) {
    // The rule of the class judges it: only a product's leaf may end.
    return database === 'catalog' ? undefined : forbidden('documents are not deleted; correct them by a new entry')
  }
  const problems = checkDocument(database, document)
  return problems.length > 0 ? forbidden(describeProblems(problems)) : undefined
}

const rules: Readonly<Record<EntityClass, Rule>> = {
  sales: ({ principal, document }) =>
    document['incarnation'] === principal.incarnation
      ? undefined
      : forbidden(`/incarnation must be ${principal.incarnation}: a terminal writes only its own receipts`),
  inventory: ({ principal, document }) =>
    document['storeId'] === principal.storeId ? undefined : forbidden(`/storeId must be ${principal.storeId}`),
  catalog: (write, records) =>
    write.document._deleted === true ? checkEndOfLeaf(write, records) : checkProduct(write, records),
  conflicts: checkConflict,
  'sync-log': () => forbidden('the sync log is written by the hub'),
}

function checkRights(write: Write, records: Records): DocumentRefusal | undefined {
  const entityClass = classOfDatabase(write.database)
  if (write.principal.isReplaced && entityClass !== 'sales') {
    return forbidden('the lane of this till was taken over: it may deliver its receipts and nothing else')
  }
  return entityClass === undefined ? forbidden('unknown database') : rules[entityClass](write, records)
}

async function checkUnchanged(write: Write, recent: RecentHashes): Promise<DocumentRefusal | undefined> {
  const hash = canonicalHash(hashableBody(write.document))
  const existing = await write.readExisting()
  const first =
    existing === undefined ? recent.claim(`${write.database}/${write.document._id}`, hash) : contentOf(existing)
  if (first === hash) return undefined
  return forbidden('integrity alarm: this id is already taken by a document with other content; the first one stands')
}

const contentOf = (document: Readonly<Record<string, unknown>>): string => canonicalHash(hashableBody(document))

interface RecentHashes {
  /** The hash that was claimed first for a key, which is `hash` when nobody was before. */
  claim(key: string, hash: string): string
}

function createRecentHashes(nowMs: () => number): RecentHashes {
  const claims = new Map<string, { hash: string; untilMs: number }>()
  return {
    claim(key, hash) {
      const present = claims.get(key)
      if (present !== undefined && present.untilMs > nowMs()) return present.hash
      claims.delete(key)
      claims.set(key, { hash, untilMs: nowMs() + recentMs })
      const oldest = claims.size > maxRecent ? claims.keys().next().value : undefined
      if (oldest !== undefined) claims.delete(oldest)
      return hash
    },
  }
}
