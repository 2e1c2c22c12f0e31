/**
 * From a change of a document to its cases. What the change says about leaves is a hint; central is asked for the truth.
 *
 *     change ──► other leaves, or a case open? ──yes──► examine
 *                          │ no
 *                          └──► done
 *
 * Whatever the batch, a decision that somebody recorded and could not carry out, because the process or central went away in
 * between, is finished with the first batch after a start, and looked for every minute.
 *
 * A conflict that a hub has seen and central has not comes again when central has it: by reconciliation.
 */
import { centralDatabaseOf, HEAD_OFFICE } from '@tidemark/contracts'
import { idOf, type HandleBatch, type Outcome, type SourceDocument } from '@tidemark/service-kit'
import { suspectOfCase, type ConflictCase, type Suspect } from '../domain/conflict-case.ts'
import { UnfitCaseError, type CaseDesk } from '../stores/case-desk.ts'
import type { ExamineSuspect } from './examine-suspect.ts'

const finishEveryMs = 60_000
const quiet: Outcome = { kind: 'done', fresh: false }

export function createSuspectHandler(desk: CaseDesk, examine: ExamineSuspect, nowMs: () => number): HandleBatch {
  let finishedAtMs = -Infinity

  async function finishWhatWasBegun(): Promise<void> {
    const startedAtMs = nowMs()
    if (startedAtMs - finishedAtMs < finishEveryMs) return
    for (const conflict of await desk.unfinishedCases()) await examine(suspectOfCase(conflict)).catch(rejectUnfit)
    finishedAtMs = startedAtMs
  }

  return async (batch) => {
    await finishWhatWasBegun()
    const suspects = batch.map(suspectOf)
    const open = byDocument(
      await desk.openCases([...new Map(suspects.map((suspect) => [keyOf(suspect), suspect])).values()]),
    )
    const examined = new Map<string, Outcome>()
    const outcomes: Outcome[] = []
    for (const [index, suspect] of suspects.entries()) {
      const key = keyOf(suspect)
      const hasOthers = (batch[index]?.conflicts.length ?? 0) > 0
      const before = open.get(key)
      if (!hasOthers && before === undefined) {
        outcomes.push(quiet)
        continue
      }
      const outcome = examined.get(key) ?? (await examine(suspect, before ?? []).catch(rejectUnfit))
      examined.set(key, outcome)
      outcomes.push(outcome)
    }
    return outcomes
  }
}

function rejectUnfit(error: unknown): Outcome {
  if (error instanceof UnfitCaseError) return { kind: 'reject', reason: `no case can be made: ${error.message}` }
  throw error
}

function suspectOf(source: SourceDocument): Suspect {
  const { storeId, database } = source
  const centralDatabase = centralDatabaseOf(storeId, database)
  // The catalogue is nobody's, whichever hub sent the change.
  const owner = centralDatabase === database ? HEAD_OFFICE : storeId
  return { centralDatabase, database, storeId: owner, documentId: idOf(source) }
}

function byDocument(cases: readonly ConflictCase[]): ReadonlyMap<string, readonly ConflictCase[]> {
  return Map.groupBy(cases, keyOf)
}

function keyOf({ centralDatabase, documentId }: Pick<Suspect, 'centralDatabase' | 'documentId'>): string {
  return `${centralDatabase}/${documentId}`
}
