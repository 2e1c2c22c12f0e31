/**
 * A manager decides a conflict at this till, with the hub away or not. The decision is a local change of two documents:
 *
 *     conflicts  the case, with every body and who decided what      first: nothing may end before it is kept
 *     catalog    the revision that stands, and the ends of the others
 *
 * 1. Both are made of the leaves and the decision alone (`contracts/src/conflicts`): whoever carries it out writes the same.
 * 2. A tab that is killed between the two leaves a decided case whose leaves live; `finishDecisions` carries it out.
 */
import {
  checkDocument,
  decideLeaves,
  describeOutcome,
  describeProblems,
  openConflict,
  winnerOf,
  writesOf,
  type Author,
  type Conflict,
  type ConflictDecision,
  type LeafDecision,
} from '@tidemark/contracts'
import { noteEdit } from './local-edits.ts'
import type { OpenConflict } from './open-conflicts.ts'
import { isNotFound, type Fields, type StoredDocument } from './pouch-types.ts'
import { durably } from './strict-durability.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export interface DecisionInput {
  readonly decision: LeafDecision
  readonly note: string
  readonly by: Author
  readonly storeId: string
  /** An HLC stamp of this till, later than the given ones. */
  readonly stamp: (...after: readonly string[]) => Promise<string>
  readonly now: Date
}

export type DecisionOutcome =
  | { readonly outcome: 'decided'; readonly conflict: Conflict }
  | { readonly outcome: 'invalid'; readonly reason: string }

/** A decision with the body that it comes to, so that it can be carried out again. */
type KeptDecision = ConflictDecision & { readonly body?: Fields }

export async function decideConflict(
  databases: TerminalDatabases,
  open: OpenConflict,
  { decision, note, by, storeId, stamp, now }: DecisionInput,
): Promise<DecisionOutcome> {
  if (!open.canDecide) return { outcome: 'invalid', reason: 'this conflict is decided at head office' }
  const { database, documentId, leaves, base } = open
  const at = await stamp(...leaves.flatMap(({ body }) => stampsIn(body)))
  const winner = decideLeaves(leaves, decision, at, by)
  if (winner === undefined) return { outcome: 'invalid', reason: 'that side is no side of this conflict' }
  const problems = checkDocument(database, { ...winner.body, _id: documentId })
  if (problems.length > 0) return { outcome: 'invalid', reason: describeProblems(problems) }
  const present = await readCase(databases, open.id)
  const fresh = openConflict({ key: { database, documentId }, storeId, at, by, leaves, base })
  const kept: KeptDecision = {
    kind: decision.kind,
    rev: winner.rev,
    at,
    by,
    ...(note.trim() === '' ? {} : { note: note.trim().slice(0, 300) }),
    body: winner.body,
  }
  const conflict: Conflict = {
    ...(present ?? fresh),
    at,
    by,
    status: 'resolved',
    decision: kept,
    resolvedAt: now.toISOString(),
    resolution: describeOutcome(winner.rev, decision.kind, by),
  }
  await noteEdit(databases.device, { database: 'conflicts', documentId: open.id }, now)
  await noteEdit(databases.device, { database, documentId }, now)
  await databases.named('conflicts').put(conflict)
  await carryOut(databases, conflict)
  return { outcome: 'decided', conflict }
}

/** Carries out what was decided here and cut off; `open` are the conflicts that are open by their leaves. */
export async function finishDecisions(databases: TerminalDatabases, open: readonly OpenConflict[]): Promise<boolean> {
  let finished = false
  for (const { id } of open) {
    const known = await readCase(databases, id)
    if (known?.status !== 'resolved' || (known.decision as KeptDecision | undefined)?.body === undefined) continue
    await carryOut(databases, known)
    finished = true
  }
  return finished
}

async function carryOut(databases: TerminalDatabases, { documentId, leaves, decision }: Conflict): Promise<void> {
  const body = (decision as KeptDecision).body ?? {}
  const revs = leaves.map(({ rev }) => rev)
  const writes = writesOf(documentId, revs, winnerOf(leaves, body))
  const failures = await durably(() => databases.catalog.bulkDocs(writes, { new_edits: false }))
  const [failure] = failures.filter(({ error }) => error !== undefined && error !== false)
  if (failure !== undefined) throw new Error(failure.message ?? failure.reason ?? 'the decision could not be stored')
}

async function readCase(databases: TerminalDatabases, id: string): Promise<(Conflict & StoredDocument) | undefined> {
  try {
    return (await databases.named('conflicts').get(id)) as Conflict & StoredDocument
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function stampsIn(body: Fields): string[] {
  const times = Object.values((body['fieldTimes'] ?? {}) as Fields)
  return [body['at'], ...times].filter((stamp) => typeof stamp === 'string')
}
