/**
 * What becomes of a document with several leaves: a pure function of their set, so that any process at any place, told in any
 * order and any number of times, comes to the same winning body and the same revision.
 *
 *     immutable         nobody decides: every body is kept, the first received stands; an alarm, unless all say the same
 *     manual            a person decides
 *     server-wins       the last revision of head office stands; of stores alone, the last written
 *     last-write-wins   the last written stands; of a case of conflict what a person decided, before any that knows no decision
 *     field-merge       of each field the last change; a person decides when two changed the price, tax code or barcodes
 *
 *     2-a ──► 3-ended        2-b is the leaf that CouchDB shows: the winning body becomes its child, every other leaf ends
 *     2-b ──► 3-winner
 *
 * 1. The revision of the winner is made of the leaves and the body: written by two processes at once, it is one revision.
 * 2. The end of a losing leaf is made of that leaf alone: two different decisions end it with the same revision.
 * 3. The winner is a new revision even where its body is that of a leaf. Were the leaf itself to stand, two decisions made at two
 *    places could each end the leaf that the other lets stand, and the document would be gone.
 * 4. Only leaves of the set are ended. A change that comes meanwhile is a leaf of the next set, so nothing is overlooked.
 */
import { canonicalHash } from '../journal/canonical-hash.ts'
import type { ConflictPolicy } from '../documents/conflict-documents.ts'
import { contestedFields, haveOneContent, policyOfLeaves } from './choose-policy.ts'
import type { ComparedLeaf } from './compare-leaves.ts'
import { compareWritten, isDecidedByPerson, isOfHeadOffice, rankLeaves, splitRevision } from './leaf-order.ts'
import { withoutReplicationFields } from './content-fields.ts'
import { mergeFields } from './merge-fields.ts'

type Fields = Readonly<Record<string, unknown>>

/** The revision that is to stand alone. */
export interface WinningRevision {
  readonly rev: string
  /** The leaf that it follows. */
  readonly parent: string
  /** Without replication fields, `_id` included. */
  readonly body: Fields
}

export interface Resolution {
  readonly policy: ConflictPolicy
  /** True when `winner` is no more than a suggestion to the person who decides. */
  readonly needsPerson: boolean
  /** Groups of fields because of which it takes a person. */
  readonly contested: readonly (readonly string[])[]
  /** Undefined for immutable documents. */
  readonly winner: WinningRevision | undefined
  /** The leaf whose body won as a whole; undefined when it was merged of several. */
  readonly winningLeaf: string | undefined
}

/** A revision with its history, as `_bulk_docs` with `new_edits: false` takes it. */
export interface RevisionWrite extends Fields {
  readonly _id: string
  readonly _rev: string
  readonly _deleted?: true
  /** Newest first. */
  readonly _revisions: { readonly start: number; readonly ids: readonly string[] }
}

/** `leaves` are at least one. `ancestor` decides only whether it takes a person, never what the winner is. */
export function resolveLeaves(leaves: readonly ComparedLeaf[], ancestor?: Fields): Resolution {
  const ranked = rankLeaves(leaves)
  const bodies = ranked.map(({ body }) => body)
  const policy = policyOfLeaves(bodies)
  if (policy === 'immutable') {
    const needsPerson = !haveOneContent(bodies)
    return { policy, needsPerson, contested: [], winner: undefined, winningLeaf: undefined }
  }
  if (policy === 'field-merge') {
    const contested = contestedFields(bodies, ancestor)
    const winner = winnerOf(ranked, mergeFields(bodies))
    return { policy, needsPerson: contested.length > 0, contested, winner, winningLeaf: undefined }
  }
  const first = ranked.filter(policy === 'server-wins' ? isOfHeadOffice : isDecidedByPerson)
  const last = lastWritten(first) ?? lastWritten(ranked)
  const winner = last === undefined ? undefined : winnerOf(ranked, last.body)
  return { policy, needsPerson: policy === 'manual', contested: [], winner, winningLeaf: last?.rev }
}

/** The revision that gives a document of these leaves this body, whoever decided it. */
export function winnerOf(leaves: readonly ComparedLeaf[], body: Fields): WinningRevision {
  const revs = rankLeaves(leaves).map(({ rev }) => rev)
  const [parent = '0-'] = revs
  const authored = withoutReplicationFields(body)
  const hash = canonicalHash([revs, authored]).slice(0, 32)
  return { rev: `${splitRevision(parent).generation + 1}-${hash}`, parent, body: { ...authored, ...idOf(body) } }
}

/** Writes that make the winner be the only live leaf. They may be written again, and by others at the same time. */
export function writesOf(
  documentId: string,
  revs: readonly string[],
  { rev, parent, body }: WinningRevision,
): readonly RevisionWrite[] {
  const losing = [...new Set(revs)].filter((leaf) => leaf !== parent).sort()
  return [
    { ...withoutReplicationFields(body), _id: documentId, _rev: rev, _revisions: childOf(rev, parent) },
    ...losing.map((leaf) => endOfLeaf(documentId, leaf)),
  ]
}

/** The revision that ends a losing leaf: made of that leaf alone, so everybody ends it alike. */
export function revisionEnding(documentId: string, leaf: string): string {
  const hash = canonicalHash([documentId, leaf, 'ended']).slice(0, 32)
  return `${splitRevision(leaf).generation + 1}-${hash}`
}

function endOfLeaf(documentId: string, leaf: string): RevisionWrite {
  const rev = revisionEnding(documentId, leaf)
  return { _id: documentId, _rev: rev, _deleted: true, _revisions: childOf(rev, leaf) }
}

function childOf(rev: string, parent: string): RevisionWrite['_revisions'] {
  const { generation, hash } = splitRevision(rev)
  return { start: generation, ids: [hash, splitRevision(parent).hash] }
}

function lastWritten(leaves: readonly ComparedLeaf[]): ComparedLeaf | undefined {
  return [...leaves].sort(compareWritten)[0]
}

function idOf({ _id }: Fields): Fields {
  return _id === undefined ? {} : { _id }
}
