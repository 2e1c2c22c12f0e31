/**
 * A case: one set of leaves of one document.
 *
 *     leaves {2-a, 2-b}  ──► case …:5d1c  open
 *     leaves {3-a, 2-b}  ──► case …:9e02  open        …:5d1c resolved, superseded by …:9e02
 *     leaves {4-c}       ──►                          …:9e02 resolved, revision 4-c stands
 *
 * 1. The id is made of the set of leaves, so any process that sees the same leaves at any time means the same case.
 * 2. Every leaf's body is kept: in the case, or, when the case would grow too large for its document, by itself.
 */
import {
  conflictIdOf,
  HEAD_OFFICE,
  ownerOfClockNode,
  parseStamp,
  policyOf,
  schemaVersion,
  sharedCentralDatabase,
  type Conflict,
} from '@tidemark/contracts'
import { authoredBody, type StoredDocument } from '@tidemark/service-kit'

/** A document at central that may have several leaves. */
export interface Suspect {
  /** Name at central, such as `store-s001-inventory`. */
  readonly centralDatabase: string
  /** Name at the hub, such as `inventory`. */
  readonly database: string
  /** The store of the database; `hq` for the catalogue. */
  readonly storeId: string
  readonly documentId: string
}

/** A `Conflict` document with what the desk needs besides. */
export type ConflictCase = Conflict & {
  readonly centralDatabase: string
  /** Stores that get a copy. */
  readonly stores: string[]
  readonly openedAt: string
  /** Ids of documents at the desk that hold the bodies which did not fit into the case. */
  readonly leavesApart: string[]
}

/** The body of one leaf, kept by itself. */
export interface LeafBody extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'leaf-body'
  readonly body: Readonly<Record<string, unknown>>
}

const maxLeavesInCase = 50
/** Half of what a document may have, so that copies travel to hubs and terminals. */
const maxBodiesLength = 512 * 1024
const author = { id: 'conflict-desk', role: 'system' } as const

/** Leaves with the winning one first, as CouchDB chooses it: the longest history, then the greater revision hash. */
export function byRank(leaves: readonly StoredDocument[]): readonly StoredDocument[] {
  return [...leaves].sort((a, b) => {
    const [left, right] = [splitRev(a._rev), splitRev(b._rev)]
    if (left.generation !== right.generation) return right.generation - left.generation
    return left.hash < right.hash ? 1 : -1
  })
}

/** The stores that should hear of it: that of the database, or for the catalogue those whose clocks stamped a leaf. */
export function storesConcerned(suspect: Suspect, leaves: readonly StoredDocument[]): string[] {
  if (suspect.centralDatabase !== sharedCentralDatabase) return [suspect.storeId]
  const owners = leaves.map(({ at }) => (typeof at === 'string' ? parseStamp(at)?.node : undefined))
  const stores = new Set(owners.flatMap((node) => (node === undefined ? [] : [ownerOfClockNode(node)])))
  stores.delete(HEAD_OFFICE)
  return [...stores].sort()
}

/** An open case of two or more leaves, and the bodies that have to be kept apart from it. `at` is an HLC stamp. */
export function openCase(
  suspect: Suspect,
  leaves: readonly StoredDocument[],
  at: string,
): { readonly conflict: ConflictCase; readonly apart: readonly LeafBody[] } {
  const ranked = byRank(leaves)
  const { kept, apart } = fitBodies(suspect, ranked)
  const revs = ranked.map(({ _rev }) => _rev)
  const winnersType = ranked[0]?.['type']
  const documentType = typeof winnersType === 'string' ? winnersType.slice(0, 64) : 'unknown'
  const conflict: ConflictCase = {
    _id: conflictIdOf(suspect, revs),
    type: 'conflict',
    schemaVersion,
    storeId: suspect.storeId,
    at,
    by: author,
    status: 'open',
    database: suspect.database,
    documentId: suspect.documentId,
    documentType,
    policy: policyOf(documentType),
    winningRev: revs[0] ?? '',
    leaves: kept,
    centralDatabase: suspect.centralDatabase,
    stores: storesConcerned(suspect, ranked),
    openedAt: timeOf(at),
    leavesApart: apart.map(({ _id }) => _id),
  }
  return { conflict, apart }
}

export function closeCase(conflict: ConflictCase, resolution: string, at: string): ConflictCase {
  return { ...conflict, status: 'resolved', at, resolvedAt: timeOf(at), resolution }
}

/** For the case that the leaves of a closed case are the leaves at central again. */
export function reopenCase(conflict: ConflictCase, at: string): ConflictCase {
  const { resolvedAt: _resolvedAt, resolution: _resolution, ...rest } = conflict
  return { ...rest, status: 'open', at }
}

/** Why a case is over, now that these are the leaves; undefined while it is not. */
export function endOf(conflict: Conflict, suspect: Suspect, leaves: readonly StoredDocument[]): string | undefined {
  const [winner] = byRank(leaves)
  if (winner === undefined) return 'the document was deleted'
  if (leaves.length === 1) return `revision ${winner._rev} stands`
  const current = conflictIdOf(
    suspect,
    leaves.map(({ _rev }) => _rev),
  )
  return current === conflict._id ? undefined : `superseded by ${current}`.slice(0, 1000)
}

function fitBodies(
  suspect: Suspect,
  ranked: readonly StoredDocument[],
): { kept: Conflict['leaves']; apart: readonly LeafBody[] } {
  const kept: Conflict['leaves'] = []
  const apart: LeafBody[] = []
  let room = maxBodiesLength
  for (const leaf of ranked) {
    const body = authoredBody(leaf)
    const length = JSON.stringify(body).length
    const isFull = kept.length >= maxLeavesInCase
    if (!isFull && length <= room) {
      room -= length
      kept.push({ rev: leaf._rev, body })
      continue
    }
    const _id = `leaf:${suspect.centralDatabase}:${suspect.documentId}:${leaf._rev}`
    apart.push({ _id, type: 'leaf-body', body })
    if (!isFull) kept.push({ rev: leaf._rev, body: { _id: body['_id'], type: body['type'], keptApart: _id } })
  }
  return { kept, apart }
}

function splitRev(rev: string): { readonly generation: number; readonly hash: string } {
  const dash = rev.indexOf('-')
  return { generation: Number(rev.slice(0, dash)), hash: rev.slice(dash + 1) }
}

function timeOf(stamp: string): string {
  return new Date(parseStamp(stamp)?.wallMs ?? 0).toISOString()
}
