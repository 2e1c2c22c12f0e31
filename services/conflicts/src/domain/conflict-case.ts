/**
 * A case: one set of leaves of one document.
 *
 *     leaves {2-a, 2-b}  ──► case …:5d1c  open
 *     leaves {3-a, 2-b}  ──► case …:9e02  open        …:5d1c resolved, superseded by …:9e02
 *     leaves {4-c}       ──►                          …:9e02 resolved, revision 4-c stands
 *
 * 1. The id is made of the set of leaves, so any process that sees the same leaves at any time means the same case.
 * 2. Every leaf's body is kept: in the case, or, when the case would grow too large for its document, by itself.
 * 3. A decision is in the case before its revisions are written, so whoever comes next can finish what was begun.
 */
import {
  conflictIdOf,
  explainResolution,
  HEAD_OFFICE,
  parseStamp,
  rankLeaves,
  resolveLeaves,
  schemaVersion,
  sharedCentralDatabase,
  writerOf,
  type ComparedLeaf,
  type Conflict,
  type ConflictDecision,
} from '@tidemark/contracts'
import { authoredBody, type StoredDocument } from '@tidemark/service-kit'

type Fields = Readonly<Record<string, unknown>>

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

/** What was decided, with what is needed to write it again. */
export type CaseDecision = ConflictDecision & {
  /** The body that stands; a rule's is made of the leaves. */
  readonly body?: Fields
  /** The leaf that was chosen. */
  readonly chosen?: string
}

/** A `Conflict` document with what the desk needs besides. */
export type ConflictCase = Omit<Conflict, 'decision'> & {
  readonly decision?: CaseDecision
  readonly centralDatabase: string
  /** Stores that get a copy. */
  readonly stores: string[]
  readonly openedAt: string
  /** Ids of documents at the desk that hold the bodies which did not fit into the case. */
  readonly leavesApart: string[]
  /** Of two counts: what the second should have found if the first was right. */
  readonly expectedQuantity?: number
  /** A decision that was taken back, and the revision that restores what was. */
  readonly undone?: {
    readonly at: string
    readonly by: Conflict['by']
    readonly rev: string
    readonly restored: string
  }
}

/** The body of one leaf, kept by itself. */
export interface LeafBody extends Fields {
  readonly _id: string
  readonly type: 'leaf-body'
  readonly body: Fields
}

const maxLeavesInCase = 50
const maxSentences = 50
const maxSentenceLength = 500
/** Half of what a document may have, so that copies travel to hubs and terminals. */
const maxBodiesLength = 512 * 1024
export const deskAuthor = { id: 'conflict-desk', role: 'system' } as const

/** A case about two counts of a SKU: there is no one document `counts:<sku>`, and so no leaves of it at central. */
export function isAboutCounts({ database, documentId }: Pick<Suspect, 'database' | 'documentId'>): boolean {
  return database === 'inventory' && documentId.startsWith('counts:')
}

/** Leaves as the policies take them, the winning one first. */
export function comparedLeaves(leaves: readonly StoredDocument[]): readonly ComparedLeaf[] {
  return rankLeaves(leaves.map((leaf) => ({ rev: leaf._rev, body: authoredBody(leaf) })))
}

/**
 * The stores that should hear of it: that of the database, or for the catalogue those whose clocks stamped a leaf. Of a copy of a
 * case that hub and desk wrote at once, nobody: a case about cases would be one more document to be in conflict.
 */
export function storesConcerned(suspect: Suspect, leaves: readonly ComparedLeaf[]): string[] {
  if (suspect.database === 'conflicts') return []
  if (suspect.centralDatabase !== sharedCentralDatabase) return [suspect.storeId]
  const writers = new Set(leaves.map(({ body }) => writerOf(body) ?? HEAD_OFFICE))
  writers.delete(HEAD_OFFICE)
  return [...writers].sort()
}

/**
 * An open case of two or more leaves, decided already where a rule decides, and the bodies that have to be kept apart from it.
 * `at` is an HLC stamp; `base` is the last revision that the leaves share, where it is known.
 */
export function openCase(
  suspect: Suspect,
  leaves: readonly StoredDocument[],
  at: string,
  base?: ComparedLeaf,
): { readonly conflict: ConflictCase; readonly apart: readonly LeafBody[] } {
  const ranked = comparedLeaves(leaves)
  const { kept, apart, room } = fitBodies(suspect, ranked)
  const revs = ranked.map(({ rev }) => rev)
  const winnersType = ranked[0]?.body['type']
  const documentType = typeof winnersType === 'string' ? winnersType.slice(0, 64) : 'unknown'
  const resolution = resolveLeaves(ranked, base?.body)
  const { winner, needsPerson } = resolution
  const conflict: ConflictCase = {
    _id: conflictIdOf(suspect, revs),
    type: 'conflict',
    schemaVersion,
    storeId: suspect.storeId,
    at,
    by: deskAuthor,
    status: 'open',
    database: suspect.database,
    documentId: suspect.documentId,
    documentType,
    policy: resolution.policy,
    winningRev: revs[0] ?? '',
    leaves: kept,
    ...(base === undefined || JSON.stringify(base.body).length > room
      ? {}
      : { base: { rev: base.rev, body: { ...base.body } } }),
    explanation: [...explainResolution(ranked, resolution, base?.body)],
    ...(needsPerson || winner === undefined
      ? {}
      : { decision: { kind: 'rule' as const, rev: winner.rev, at, by: deskAuthor } }),
    centralDatabase: suspect.centralDatabase,
    stores: storesConcerned(suspect, ranked),
    openedAt: timeOf(at),
    leavesApart: apart.map(({ _id }) => _id),
  }
  // Nothing may be written about a document that never changes, and nothing has to be.
  if (!needsPerson && winner === undefined)
    return { conflict: closeCase(conflict, 'every version says the same', at), apart }
  return { conflict, apart }
}

export function suspectOfCase({ centralDatabase, database, storeId, documentId }: ConflictCase): Suspect {
  return { centralDatabase, database, storeId, documentId }
}

export function closeCase(conflict: ConflictCase, resolution: string, at: string): ConflictCase {
  return { ...conflict, status: 'resolved', at, resolvedAt: timeOf(at), resolution: resolution.slice(0, 1000) }
}

/** For the case that the leaves of a closed case are the leaves at central again. What was decided about them still holds. */
export function reopenCase(conflict: ConflictCase, at: string): ConflictCase {
  const { resolvedAt: _resolvedAt, resolution: _resolution, ...rest } = conflict
  return { ...rest, status: 'open', at }
}

/** For a decision that could not be written: a person has to look. */
export function withoutDecision(conflict: ConflictCase, reason: string, at: string): ConflictCase {
  const { decision: _decision, ...rest } = conflict
  return withSentence({ ...rest, at }, `what was decided could not be written (${reason}), so a person has to look`)
}

/** A case explains itself in 50 sentences at most; the newest stays. */
export function withSentence(conflict: ConflictCase, text: string): ConflictCase {
  const sentence = text.slice(0, maxSentenceLength)
  const before = (conflict.explanation ?? []).filter((other) => other !== sentence)
  return { ...conflict, explanation: [...before.slice(0, maxSentences - 1), sentence] }
}

/** Why a case is over, now that these are the leaves; undefined while it is not. */
export function endOf(conflict: ConflictCase, suspect: Suspect, leaves: readonly StoredDocument[]): string | undefined {
  const [winner] = comparedLeaves(leaves)
  if (winner === undefined) return 'the document was deleted'
  if (leaves.length === 1) {
    const decision = conflict.decision?.rev === winner.rev ? `: ${describeDecision(conflict)}` : ''
    return `revision ${winner.rev} stands${decision}`
  }
  const current = conflictIdOf(
    suspect,
    leaves.map(({ _rev }) => _rev),
  )
  return current === conflict._id ? undefined : `superseded by ${current}`.slice(0, 1000)
}

/** Such as `chosen by Mara`. */
export function describeDecision({ decision, policy }: ConflictCase): string {
  if (decision === undefined) return 'not decided'
  if (decision.kind === 'rule') return `decided by the rule ${policy}`
  const who = decision.by.name ?? decision.by.id
  const note = decision.note === undefined ? '' : ` (${decision.note})`
  const verbs = { choose: `${decision.chosen ?? 'a revision'} chosen`, merge: 'edited', suggestion: 'suggestion taken' }
  return `${verbs[decision.kind]} by ${who}${note}`
}

function fitBodies(
  suspect: Suspect,
  ranked: readonly ComparedLeaf[],
): { kept: Conflict['leaves']; apart: readonly LeafBody[]; room: number } {
  const kept: Conflict['leaves'] = []
  const apart: LeafBody[] = []
  let room = maxBodiesLength
  for (const { rev, body } of ranked) {
    const length = JSON.stringify(body).length
    const isFull = kept.length >= maxLeavesInCase
    if (!isFull && length <= room) {
      room -= length
      kept.push({ rev, body: { ...body } })
      continue
    }
    const _id = `leaf:${suspect.centralDatabase}:${suspect.documentId}:${rev}`
    apart.push({ _id, type: 'leaf-body', body })
    if (!isFull) kept.push({ rev, body: { _id: body['_id'], type: body['type'], keptApart: _id } })
  }
  return { kept, apart, room }
}

function timeOf(stamp: string): string {
  return new Date(parseStamp(stamp)?.wallMs ?? 0).toISOString()
}
