// What a till may write for a manager: changes of products, and decisions of conflicts.
//
//   product      edited by a manager of the catalogue; what is new in it is stamped by a clock of this store
//   its end      of a leaf that lost by a decision: the decision is here, and so is the revision that stands because of it
//   conflict     the decided case of a product, with every body
//
// 1. Who is a manager is what the catalogue says, not what the till says.
// 2. A field that carries another's time has the value that was stored with it: no till speaks for head office.
// 3. A product never disappears: a leaf ends only when another one, decided by a person, is stored.
import {
  conflictIdOf,
  isContentField,
  isSameJson,
  ownerOfClockNode,
  parseStamp,
  revisionEnding,
  type Cashier,
  type Conflict,
} from '@tidemark/contracts'
import type { DocumentRefusal, DocumentToWrite } from '../couch-server/index.ts'
import type { DocumentDatabase } from '../store/index.ts'
import type { TerminalPrincipal } from './terminal-access.ts'

type Write = DocumentToWrite<TerminalPrincipal>
type Fields = Readonly<Record<string, unknown>>

/** The hub's own databases, by name. */
export type Records = (database: string) => DocumentDatabase | undefined

export const forbidden = (reason: string): DocumentRefusal => ({ error: 'forbidden', reason: reason.slice(0, 900) })

/** Cases of one document that are looked at; a document that is in conflict every day has a few dozen a year. */
const maxCases = 200
/** Ancestors whose bodies are looked for. */
const maxAncestors = 20

export function checkProduct(write: Write, records: Records): DocumentRefusal | undefined {
  const { document, principal } = write
  if (document['type'] !== 'product') {
    return forbidden(`/type ${String(document['type'])} is written by head office; a store changes products only`)
  }
  if (document['storeId'] !== 'hq' && document['storeId'] !== principal.storeId) {
    return forbidden(`/storeId must be hq or ${principal.storeId}`)
  }
  return checkManager(document, principal, records) ?? checkFieldTimes(write, records('catalog'))
}

/** The end of a product's leaf, as `writesOf` of the contracts makes it. */
export function checkEndOfLeaf({ document, replicated }: Write, records: Records): DocumentRefusal | undefined {
  const leaf = replicated ? parentOf(document) : undefined
  if (leaf === undefined || document._rev !== revisionEnding(document._id, leaf)) {
    return forbidden('documents are not deleted; discontinue a product by its status')
  }
  const decided = casesOf(records('conflicts'), document._id).some(
    ({ status, decision, leaves }) =>
      status === 'resolved' &&
      decision !== undefined &&
      leaves.some(({ rev }) => rev === leaf) &&
      records('catalog')?.history(document._id, decision.rev) !== undefined,
  )
  return decided
    ? undefined
    : forbidden(`nothing is decided by which revision ${leaf} ends, or what stands is not here yet`)
}

export function checkConflict({ document, principal }: Write, records: Records): DocumentRefusal | undefined {
  const conflict = document as unknown as Conflict
  if (conflict.database !== 'catalog' || conflict.documentType !== 'product') {
    return forbidden('a store decides conflicts of products; others are decided at the conflict desk')
  }
  const { decision, leaves, documentId, storeId } = conflict
  if (storeId !== principal.storeId && storeId !== 'hq') return forbidden(`/storeId must be ${principal.storeId}`)
  if (conflict.status !== 'resolved' || decision === undefined || decision.kind === 'rule') {
    return forbidden('conflicts are found at the conflict desk; a store writes what its manager decided')
  }
  const revs = leaves.map(({ rev }) => rev)
  if (conflictIdOf({ database: 'catalog', documentId }, revs) !== conflict._id) {
    return forbidden('/_id is not that of these leaves')
  }
  const catalog = records('catalog')
  const altered = leaves.find(({ rev, body }) => {
    const stored = catalog?.read(documentId, rev)
    return stored !== undefined && !isSameContent(JSON.parse(stored.body) as Fields, body)
  })
  if (altered !== undefined) return forbidden(`/leaves: the body of ${altered.rev} is not the one that is stored`)
  return checkManager({ at: decision.at, by: decision.by }, principal, records)
}

/** `by` is a manager of the catalogue at the time of `at`, which is of a clock of this store. */
export function checkManager(
  { at, by }: Fields,
  { storeId }: Pick<TerminalPrincipal, 'storeId'>,
  records: Records,
): DocumentRefusal | undefined {
  const stamp = parseStamp(String(at))
  if (stamp === undefined || ownerOfClockNode(stamp.node) !== storeId) {
    return forbidden(`/at must be stamped by a clock of ${storeId}`)
  }
  const { id, role } = by as { readonly id: string; readonly role: string }
  const cashier = role === 'manager' ? cashierOf(records('catalog'), id) : undefined
  if (cashier?.role !== 'manager' || cashier.status !== 'active') {
    return forbidden(`/by must be a manager of the store; ${id} is none`)
  }
  const until = cashier['grantExpiresAt']
  const isOver = typeof until === 'string' && Date.parse(until) < stamp.wallMs
  return isOver ? forbidden(`/by: what ${id} may do ended on ${until}`) : undefined
}

function cashierOf(catalog: DocumentDatabase | undefined, id: string): (Cashier & Fields) | undefined {
  const stored = catalog?.read(`cashier:${id}`)
  return stored === undefined || stored.deleted ? undefined : (JSON.parse(stored.body) as Cashier & Fields)
}

function checkFieldTimes({ document, principal }: Write, catalog: DocumentDatabase | undefined) {
  const known = knownBodies(document, catalog)
  const times = (document['fieldTimes'] ?? {}) as Fields
  const names = new Set([...Object.keys(document), ...Object.keys(times)].filter(isContentField))
  // These say what the document is, and are the same in all of its revisions.
  for (const name of ['type', 'sku', 'storeId']) names.delete(name)
  for (const name of names) {
    const stamp = parseStamp(String(times[name]))
    // A field without a time of its own counts as changed when the document was.
    const isOwn = !Object.hasOwn(times, name) || (stamp && ownerOfClockNode(stamp.node)) === principal.storeId
    const isKnown = known.some(
      (body) =>
        isSameJson(body[name], document[name]) &&
        isSameJson((body['fieldTimes'] as Fields | undefined)?.[name], times[name]),
    )
    if (!isOwn && !isKnown) {
      return forbidden(`/fieldTimes/${name} must be of a clock of ${principal.storeId}, or as it was stored before`)
    }
  }
  return undefined
}

/** Bodies that the hub has of the document: its live leaves, and what the revision was made of. */
function knownBodies(document: Write['document'], catalog: DocumentDatabase | undefined): Fields[] {
  const head = catalog?.head(document._id)
  const leaves = head?.leaves.filter(({ deleted }) => !deleted).map(({ rev }) => rev) ?? []
  const revs = new Set([...leaves, ...ancestorsOf(document).slice(0, maxAncestors)])
  return [...revs].flatMap((rev) => {
    const stored = catalog?.read(document._id, rev)
    return stored === undefined ? [] : [JSON.parse(stored.body) as Fields]
  })
}

function ancestorsOf({ _rev, _revisions }: Write['document']): string[] {
  const { start, ids } = (_revisions ?? { start: 0, ids: [] }) as {
    readonly start: number
    readonly ids: readonly string[]
  }
  const earlier = ids.slice(1).map((hash, back) => `${start - 1 - back}-${hash}`)
  return earlier.length > 0 || _rev === undefined ? earlier : [_rev]
}

function parentOf(document: Write['document']): string | undefined {
  return ancestorsOf(document)[0]
}

/** Every live revision of them: the desk may have opened the case that a till has decided, and either may be the one that is shown. */
function casesOf(conflicts: DocumentDatabase | undefined, documentId: string): Conflict[] {
  const prefix = `conflict:catalog:${documentId}:`
  const found = conflicts?.list({ startKey: prefix, endKey: `${prefix}\uffff`, limit: maxCases, bodies: false }) ?? []
  return found.flatMap(({ id }) => {
    const live = conflicts?.head(id)?.leaves.filter(({ deleted }) => !deleted) ?? []
    const bodies = live.flatMap(({ rev }) => conflicts?.read(id, rev)?.body ?? [])
    return bodies.map((body) => JSON.parse(body) as Conflict)
  })
}

/** Apart from what replication adds. */
function isSameContent(a: Fields, b: Fields): boolean {
  const own = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith('_')))
  return isSameJson(own(a), own(b))
}
