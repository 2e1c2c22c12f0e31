// A person decides a conflict at the hub.
//
//   case document with every body ─► the chosen or merged revision stands, the others are deleted ─► case document: resolved
//
// 1. Every losing body is in the case before its revision is deleted, so a crash in between costs nothing but a repeat.
// 2. A decision is about one set of leaves, named by the id of the case. When the leaves are others now, nothing is written.
// 3. The case has the id that the desk at central gives it, and the desk closes a case whose document has one leaf left: whoever
//    is first, both come to the same end.
// 4. What is immutable, or head office's, is not decided here.
import {
  checkDocument,
  conflictIdOf,
  isSameJson,
  parseConflictId,
  policyOf,
  schemaVersion,
  type Conflict,
  type ConflictKey,
  type HybridClock,
  type SyncLogEvent,
  type SyncResolution,
  type SyncResolutionResult,
} from '@tidemark/contracts'
import type { DocumentDatabase, DocumentWrite } from '../store/index.ts'
import { readLeaves, type CompetingLeaf } from './competing-leaves.ts'
import type { Problem } from './plan-operation.ts'
import { readEntity, type Fields } from './stored-entity.ts'

export interface ResolveParts {
  readonly storeId: string
  readonly databaseOf: (name: string) => DocumentDatabase | undefined
  readonly clock: HybridClock
  /** Why this person decides nothing in the store now; undefined for a manager of the catalogue. */
  readonly refuseManager: (by: SyncResolution['by']) => string | undefined
  readonly append: (event: SyncLogEvent) => Promise<void>
}

interface Decision {
  readonly id: string
  readonly key: ConflictKey
  readonly database: DocumentDatabase
  readonly leaves: readonly CompetingLeaf[]
  readonly resolution: SyncResolution
}

const maxLeaves = 50
const maxCaseWrites = 5

export async function resolveConflict(
  parts: ResolveParts,
  incarnation: string,
  { id, resolution }: { readonly id: string; readonly resolution: SyncResolution },
): Promise<SyncResolutionResult> {
  const rejected = (field: string, message: string): SyncResolutionResult => rejectedBy(id, [{ field, message }])
  const key = parseConflictId(id)
  const database = key === undefined ? undefined : parts.databaseOf(key.database)
  if (key === undefined || database === undefined) return rejected('/id', 'is not the id of a conflict of this hub')
  if (resolution.by.role !== 'manager' && resolution.by.role !== 'head-office') {
    return rejected('/resolution/by/role', 'must be manager or head-office')
  }
  const refusal = resolution.by.role === 'manager' ? parts.refuseManager(resolution.by) : undefined
  if (refusal !== undefined) return rejected('/resolution/by', refusal)
  const leaves = readLeaves(database, key.documentId)
  const present = conflictIdOf(
    key,
    leaves.map(({ rev }) => rev),
  )
  if (leaves.length < 2 || present !== id) {
    return alreadyDecided(parts, incarnation, { id, resolution, leaves, present })
  }
  const problems = findProblems(key, resolution, leaves)
  if (problems.length > 0) return rejectedBy(id, problems)
  return decide(parts, incarnation, { id, key, database, leaves, resolution })
}

function findProblems(key: ConflictKey, resolution: SyncResolution, leaves: readonly CompetingLeaf[]): Problem[] {
  const policy = policyOf(leaves[0]?.body['type'])
  if (policy === 'immutable') return [{ field: '/id', message: 'is of an immutable document: the first one stands' }]
  if (policy === 'server-wins') return [{ field: '/id', message: "is of head office's document: head office decides" }]
  if (leaves.length > maxLeaves) return [{ field: '/id', message: `has more than ${maxLeaves} revisions` }]
  if (resolution.kind === 'choose') {
    const isLeaf = leaves.some(({ rev }) => rev === resolution.rev)
    return isLeaf ? [] : [{ field: '/resolution/rev', message: 'is not one of the competing revisions' }]
  }
  return checkDocument(key.database, { ...resolution.body, _id: key.documentId }).map(({ field, message }) => ({
    field: `/resolution/body${field}`,
    message,
  }))
}

async function decide(parts: ResolveParts, incarnation: string, decision: Decision): Promise<SyncResolutionResult> {
  const { id, key, database, resolution } = decision
  await saveCase(parts, decision, 'open', '')
  const writes = writesOf(parts, decision)
  const results = await database.write(writes)
  if (results.some(({ kind }) => kind === 'conflict')) return supersededBy(key, database, id)
  const first = results[0]
  const rev = resolution.kind === 'choose' ? resolution.rev : first?.kind === 'stored' ? first.rev : ''
  await saveCase(parts, decision, 'resolved', standsBecauseOf(rev, resolution))
  await logDecision(parts, incarnation, id, resolution, rev)
  return { id, status: 'resolved', rev }
}

const standsBecauseOf = (rev: string, { kind, by }: SyncResolution): string =>
  `revision ${rev} stands: ${kind} by ${by.id}`

function logDecision(
  { append }: ResolveParts,
  incarnation: string,
  conflict: string,
  { kind: decision, by }: SyncResolution,
  rev: string,
): Promise<void> {
  return append({ kind: 'conflict-decided', conflict, by: by.id, incarnation, decision, rev })
}

/** The merged document on the winning revision, and the end of every other. */
function writesOf(parts: ResolveParts, { key, leaves, resolution }: Decision): DocumentWrite[] {
  const { documentId: id } = key
  const standing = resolution.kind === 'choose' ? resolution.rev : leaves[0]?.rev
  const merged: DocumentWrite[] =
    resolution.kind === 'choose' || standing === undefined
      ? []
      : [{ kind: 'edit', id, rev: standing, deleted: false, body: mergedBody(parts.clock, leaves, resolution) }]
  const losing = leaves.filter(({ rev }) => rev !== standing)
  return [...merged, ...losing.map(({ rev }) => ({ kind: 'edit' as const, id, rev, deleted: true, body: '{}' }))]
}

/** With the time of the decision on each field in which the merged document differs from the one that won until now. */
function mergedBody(
  clock: HybridClock,
  leaves: readonly CompetingLeaf[],
  { body, by }: Extract<SyncResolution, { kind: 'merge' }>,
): string {
  const at = clock.now()
  const before = leaves[0]?.body ?? {}
  const changed = contentNames(body).filter((name) => !isSameJson(body[name], before[name]))
  const times = {
    ...(body['fieldTimes'] as Fields | undefined),
    ...Object.fromEntries(changed.map((name) => [name, at])),
  }
  const kept = Object.entries(body).filter(([name]) => !name.startsWith('_') && name !== 'trace')
  return JSON.stringify({ ...Object.fromEntries(kept), at, by, fieldTimes: times })
}

const bookkeeping = new Set(['at', 'by', 'trace', 'fieldTimes'])
const contentNames = (body: Fields): string[] =>
  Object.keys(body).filter((name) => !name.startsWith('_') && !bookkeeping.has(name))

/** A repeat of what was decided, or a decision about leaves that are not the leaves any more. */
async function alreadyDecided(
  parts: ResolveParts,
  incarnation: string,
  {
    id,
    resolution,
    leaves,
    present,
  }: { id: string; resolution: SyncResolution; leaves: readonly CompetingLeaf[]; present: string },
): Promise<SyncResolutionResult> {
  const [only] = leaves
  const isSo =
    leaves.length === 1 &&
    only !== undefined &&
    (resolution.kind === 'choose'
      ? only.rev === resolution.rev
      : contentNames(resolution.body).every((name) => isSameJson(only.body[name], resolution.body[name])))
  if (!isSo || only === undefined) {
    return { id, status: 'superseded', current: leaves.length > 1 ? present : null }
  }
  // Still open: the hub went down between the decision and the case.
  const wasOpen = await closeCase(parts, id, standsBecauseOf(only.rev, resolution))
  if (wasOpen) await logDecision(parts, incarnation, id, resolution, only.rev)
  return { id, status: 'resolved', rev: only.rev }
}

function supersededBy(key: ConflictKey, database: DocumentDatabase, id: string): SyncResolutionResult {
  const revs = readLeaves(database, key.documentId).map(({ rev }) => rev)
  return { id, status: 'superseded', current: revs.length > 1 ? conflictIdOf(key, revs) : null }
}

async function saveCase(
  parts: ResolveParts,
  { id, key, leaves, resolution }: Decision,
  status: Conflict['status'],
  text: string,
): Promise<void> {
  const at = parts.clock.now()
  const fresh: Conflict = {
    _id: id,
    type: 'conflict',
    schemaVersion,
    storeId: parts.storeId,
    at,
    by: resolution.by,
    status: 'open',
    database: key.database,
    documentId: key.documentId,
    documentType: String(leaves[0]?.body['type']).slice(0, 64),
    policy: policyOf(leaves[0]?.body['type']),
    winningRev: leaves[0]?.rev ?? '',
    leaves: leaves.map(({ rev, body }) => ({ rev, body: { ...body } })),
  }
  await changeCase(parts, id, (present) => {
    const found = present ?? fresh
    return status === 'open' ? (present === undefined ? found : undefined) : resolved(found, at, text)
  })
}

/** False when it was closed before, or there is none. */
function closeCase(parts: ResolveParts, id: string, text: string): Promise<boolean> {
  return changeCase(parts, id, (present) =>
    present === undefined ? undefined : resolved(present, parts.clock.now(), text),
  )
}

function resolved(present: Fields, at: string, text: string): Fields | undefined {
  if (present['status'] === 'resolved') return undefined
  return { ...present, status: 'resolved', at, resolvedAt: at.slice(0, 24), resolution: text.slice(0, 1000) }
}

/** Writes what `next` makes of the case; nothing, and false, when that is undefined. */
async function changeCase(
  { databaseOf }: ResolveParts,
  id: string,
  next: (present: Fields | undefined) => Fields | undefined,
): Promise<boolean> {
  const conflicts = databaseOf('conflicts')
  if (conflicts === undefined) throw new Error('there is no database for conflicts')
  for (let attempt = 1; attempt <= maxCaseWrites; attempt += 1) {
    const present = readEntity(conflicts, id)
    const changed = next(present?.document)
    if (changed === undefined) return false
    const { _id, ...body } = changed
    const revision = present === undefined ? {} : { rev: present.rev }
    const [result] = await conflicts.write([
      { kind: 'edit', id, ...revision, deleted: false, body: JSON.stringify(body) },
    ])
    if (result?.kind === 'stored') return true
  }
  throw new Error(`${id} was changed by others while it was written`)
}

function rejectedBy(id: string, problems: readonly Problem[]): SyncResolutionResult {
  return { id, status: 'rejected', problems: problems.map((problem) => ({ ...problem })) }
}
