/**
 * From a change of a document to its cases. What the change says about leaves is a hint; central is asked for the truth.
 *
 *     change ──► other leaves, or a case open? ──► leaves at central ──► open and close cases ──► leaves at central again
 *                          │ no                          ▲                                              │ not the same
 *                          └──► done                     └──────────────────────────────────────────────┘
 *
 * 1. Late and repeated changes do no harm: cases follow the leaves at central, not the order of messages.
 * 2. Leaves that changed while cases were written are seen by the second look, so the last writer leaves cases right.
 * 3. A conflict that a hub has seen and central has not comes again when central has it: by reconciliation.
 */
import type { FastifyBaseLogger } from 'fastify'
import { centralDatabaseOf, conflictIdOf, HEAD_OFFICE } from '@tidemark/contracts'
import {
  DatabaseMissingError,
  idOf,
  readLiveLeaves,
  type CouchClient,
  type HandleBatch,
  type Outcome,
  type SourceDocument,
  type StoredDocument,
} from '@tidemark/service-kit'
import { endOf, openCase, type ConflictCase, type Suspect } from '../domain/conflict-case.ts'
import { UnfitCaseError, type CaseDesk } from '../stores/case-desk.ts'

export interface SuspectHandlerParts {
  readonly desk: CaseDesk
  readonly client: CouchClient
  readonly logger: FastifyBaseLogger
  /** A new HLC stamp of head office. */
  readonly stamp: () => string
  readonly countCases: (increment: number, attributes?: Record<string, string>) => void
}

const maxLooks = 5
const quiet: Outcome = { kind: 'done', fresh: false }

export function createSuspectHandler(parts: SuspectHandlerParts): HandleBatch {
  const { desk, client, logger, stamp, countCases } = parts

  async function examine(suspect: Suspect, knownOpen: readonly ConflictCase[]): Promise<Outcome> {
    let leaves = await leavesOf(client, suspect)
    let open = knownOpen
    let fresh = false
    for (let look = 0; look < maxLooks; look += 1) {
      if (await bringUpToDate(suspect, leaves, open)) fresh = true
      const present = await leavesOf(client, suspect)
      if (fingerprint(suspect, present) === fingerprint(suspect, leaves)) return { kind: 'done', fresh }
      leaves = present
      open = await desk.openCases([suspect])
    }
    return { kind: 'retry', reason: `${suspect.documentId} changed ${maxLooks} times while its leaves were read` }
  }

  /** True when a case was opened or closed. */
  async function bringUpToDate(
    suspect: Suspect,
    leaves: readonly StoredDocument[],
    open: readonly ConflictCase[],
  ): Promise<boolean> {
    let changed = false
    if (leaves.length > 1) {
      const { conflict, apart } = openCase(suspect, leaves, stamp())
      if (await desk.open(conflict, apart)) {
        changed = true
        countCases(1, { change: 'opened', policy: conflict.policy })
        logger.warn({ conflict: conflict._id, leaves: leaves.length }, 'a document is in conflict')
      }
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

  return async (batch) => {
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

/** No leaves where central has no such database yet. */
async function leavesOf(client: CouchClient, suspect: Suspect): Promise<readonly StoredDocument[]> {
  try {
    return await readLiveLeaves(client, suspect.centralDatabase, suspect.documentId)
  } catch (error) {
    if (error instanceof DatabaseMissingError) return []
    throw error
  }
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

function fingerprint(suspect: Suspect, leaves: readonly StoredDocument[]): string {
  return conflictIdOf(
    suspect,
    leaves.map(({ _rev }) => _rev),
  )
}
