/**
 * Brings the cases of one document in line with its leaves at central, and carries out what is decided.
 *
 *     leaves ──► open the case, every body kept ──► decided (rule or person)? ──► write ──► leaves again ──► close the case
 *                                                        │ no                                   │ others
 *                                                        └──► a person has it                   └──► start again
 *
 * 1. Bodies and change requests are kept before a leaf is ended, and the decision is in the case before it is written: a run that
 *    is cut off anywhere is repeated to the same end.
 * 2. Cases follow the leaves at central, not the order of messages, so late and repeated changes do no harm.
 * 3. Leaves that changed while cases were written are seen by the next look, so the last writer leaves cases right.
 */
import type { FastifyBaseLogger } from 'fastify'
import { conflictIdOf, resolveLeaves, winnerOf, writesOf, type WinningRevision } from '@tidemark/contracts'
import type { Outcome, StoredDocument } from '@tidemark/service-kit'
import { changeRequestsOf } from '../domain/change-request.ts'
import {
  comparedLeaves,
  endOf,
  isAboutCounts,
  openCase,
  type ConflictCase,
  type Suspect,
} from '../domain/conflict-case.ts'
import type { CaseDesk } from '../stores/case-desk.ts'
import type { RequestDesk } from '../stores/request-desk.ts'
import type { SourceDocuments } from '../stores/source-documents.ts'
import { examineCounts } from './examine-counts.ts'

export interface ExaminerParts {
  readonly desk: CaseDesk
  readonly requests: RequestDesk
  readonly sources: SourceDocuments
  readonly logger: FastifyBaseLogger
  /** A new HLC stamp of head office. */
  readonly stamp: () => string
  readonly countCases: (increment: number, attributes?: Record<string, string>) => void
}

/** `knownOpen` are the open cases of the document; they are looked up unless given. */
export type ExamineSuspect = (suspect: Suspect, knownOpen?: readonly ConflictCase[]) => Promise<Outcome>

const maxLooks = 6

export function createExaminer(parts: ExaminerParts): ExamineSuspect {
  const { desk, sources, logger, stamp, countCases } = parts

  async function bringUpToDate(
    suspect: Suspect,
    leaves: readonly StoredDocument[],
    open: readonly ConflictCase[],
  ): Promise<boolean> {
    let changed = false
    if (leaves.length > 1) {
      const { conflict, apart } = openCase(suspect, leaves, stamp(), await sources.ancestorOf(suspect))
      const opened = await desk.open(conflict, apart)
      if (opened.fresh) {
        changed = true
        countCases(1, { change: 'opened', policy: conflict.policy })
        report(opened.conflict, leaves.length)
      }
      await carryOut(parts, opened.conflict, suspect, leaves)
    }
    for (const conflict of open) {
      const resolution = endOf(conflict, suspect, leaves)
      if (resolution === undefined) continue
      await desk.close(conflict, resolution, stamp())
      changed = true
      countCases(1, { change: 'resolved', policy: conflict.policy })
      logger.info({ conflict: conflict._id, resolution }, 'a conflict is over')
    }
    return changed
  }

  function report({ _id: conflict, status, policy, decision, explanation }: ConflictCase, leaves: number): void {
    const fields = { conflict, policy, leaves, explanation }
    if (status === 'resolved') logger.info(fields, 'a document has two revisions that say the same')
    else if (policy === 'immutable')
      logger.error(fields, 'integrity alarm: two contents of a document that may never change')
    else if (decision === undefined) logger.warn(fields, 'a document is in conflict, and takes a person')
    else logger.info(fields, 'a document was in conflict, and a rule decides')
  }

  return async (suspect, knownOpen) => {
    if (isAboutCounts(suspect)) return examineCounts(parts, knownOpen ?? (await desk.openCases([suspect])))
    let leaves = await sources.leavesOf(suspect)
    let open = knownOpen ?? (await desk.openCases([suspect]))
    let fresh = false
    for (let look = 0; look < maxLooks; look += 1) {
      if (await bringUpToDate(suspect, leaves, open)) fresh = true
      const present = await sources.leavesOf(suspect)
      if (fingerprint(suspect, present) === fingerprint(suspect, leaves)) return { kind: 'done', fresh }
      leaves = present
      open = await desk.openCases([suspect])
    }
    return { kind: 'retry', reason: `${suspect.documentId} changed ${maxLooks} times while its leaves were read` }
  }
}

/** Writes what is decided about these leaves, if anything is. */
async function carryOut(
  { desk, requests, sources, stamp, logger }: ExaminerParts,
  conflict: ConflictCase,
  suspect: Suspect,
  leaves: readonly StoredDocument[],
): Promise<void> {
  const winner = decidedWinner(conflict, leaves)
  if (winner === undefined) return
  const ranked = comparedLeaves(leaves)
  if (conflict.decision?.kind === 'rule') {
    await requests.keep(changeRequestsOf(conflict, ranked, resolveLeaves(ranked)))
  }
  const revs = ranked.map(({ rev }) => rev)
  const refused = await sources.writeRevisions(suspect, writesOf(suspect.documentId, revs, winner))
  if (refused.length === 0) return
  logger.error({ conflict: conflict._id, refused }, 'what was decided could not be written')
  await desk.giveToPerson(conflict, refused.join('; '), stamp())
}

/** The revision that a decided case comes to; undefined for one that is not decided. */
function decidedWinner({ decision }: ConflictCase, leaves: readonly StoredDocument[]): WinningRevision | undefined {
  if (decision === undefined) return undefined
  const ranked = comparedLeaves(leaves)
  if (decision.kind === 'rule') return resolveLeaves(ranked).winner
  return decision.body === undefined ? undefined : winnerOf(ranked, decision.body)
}

function fingerprint(suspect: Suspect, leaves: readonly StoredDocument[]): string {
  return conflictIdOf(
    suspect,
    leaves.map(({ _rev }) => _rev),
  )
}
