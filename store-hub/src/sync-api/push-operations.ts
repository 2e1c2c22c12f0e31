// One push: a list of operations of one till, in any order, any of which may have come before.
//
//   parse each ─► answered before? ─► sales, then the others, in waves ─► plan ─► write (one batch a database) ─► record ─► answer
//
// 1. One result for each operation, in the order of the request; a bad one costs the others nothing.
// 2. Pushes of one till run one after the other, so the same operation is never under way twice.
// 3. A document is in a wave once: operations on it happen in the order of the request.
// 4. A rejected operation is in quarantine before the answer. It is not recorded: when its cause is mended, a repeat is judged
//    anew. What was synced or in conflict stays so.
import {
  canonicalHash,
  checkDocument,
  errorCodes,
  findBrokenValue,
  schemaProblems,
  SyncQueueItem,
  type SyncOperationResult,
} from '@tidemark/contracts'
import { HubError } from '../errors.ts'
import type { DocumentDatabase } from '../store/index.ts'
import type { DocumentEntrance, EntranceOutcome } from './document-entrance.ts'
import type { OperationRecord, OperationRecords } from './operation-records.ts'
import { wavesOf } from './order-operations.ts'
import { conflictWith, planOperation, type Plan, type Problem } from './plan-operation.ts'
import { classOfEntity, readEntity, type Fields } from './stored-entity.ts'

export interface PushSender {
  readonly incarnation: string
  readonly terminalId: string
  /** Value of the `Authorization` header. */
  readonly authorization: string
}

export interface RejectedOperation {
  readonly database: string
  readonly id: string
  readonly rev: string | undefined
  readonly reason: string
  readonly text: string
}

export interface PushParts {
  readonly databaseOf: (name: string) => DocumentDatabase | undefined
  readonly entrance: DocumentEntrance
  readonly records: OperationRecords
  /** Resolves when they are in quarantine. */
  readonly keepRejected: (origin: string, rejected: readonly RejectedOperation[]) => Promise<void>
  readonly nowMs: () => number
}

export type PushOperations = (sender: PushSender, operations: readonly unknown[]) => Promise<SyncOperationResult[]>

/** The database that quarantine shows for what names none. */
export const noDatabase = 'operations'
/** `JSON.stringify` runs out of stack somewhere beyond. */
const maxTextDepth = 500
const maxWaitingPushes = 4
/** A document that is changed by others between plan and write is planned again. */
const maxTries = 3

interface Operation {
  readonly index: number
  readonly item: SyncQueueItem
  readonly content: string
}

export function createPush(parts: PushParts): PushOperations {
  const lines = new Map<string, { tail: Promise<unknown>; waiting: number }>()
  return (sender, operations) => {
    const line = lines.get(sender.incarnation) ?? { tail: Promise.resolve(), waiting: 0 }
    if (line.waiting >= maxWaitingPushes) {
      throw new HubError(errorCodes.unavailable, 'Earlier pushes of this terminal are still under way')
    }
    line.waiting += 1
    lines.set(sender.incarnation, line)
    const pushed = line.tail.then(() => pushNow(parts, sender, operations))
    line.tail = pushed
      .catch(() => undefined)
      .finally(() => {
        line.waiting -= 1
        if (line.waiting === 0) lines.delete(sender.incarnation)
      })
    return pushed
  }
}

async function pushNow(
  parts: PushParts,
  sender: PushSender,
  operations: readonly unknown[],
): Promise<SyncOperationResult[]> {
  const results: (SyncOperationResult | undefined)[] = operations.map(() => undefined)
  const rejected: RejectedOperation[] = []
  const reject = (index: number, problems: readonly Problem[], database = noDatabase, isKept = false): void => {
    results[index] = { id: idOf(operations[index]), status: 'rejected', problems: problems.map((p) => ({ ...p })) }
    if (!isKept) rejected.push(toRejected(operations[index], problems, database))
  }

  const leaders = new Map<string, Operation>()
  const followers: [follower: number, leader: number][] = []
  for (const [index, value] of operations.entries()) {
    const item = readItem(value)
    const problems = problemsIn(value, item)
    if (problems.length > 0) {
      reject(index, problems)
      continue
    }
    const operation = { index, item: item as SyncQueueItem, content: contentOf(item as SyncQueueItem) }
    const leader = leaders.get(operation.item.id)
    if (leader === undefined) leaders.set(operation.item.id, operation)
    else if (leader.content === operation.content) followers.push([index, leader.index])
    else reject(index, [otherContent], classOfEntity[operation.item.entityType])
  }

  const fresh = [...leaders.values()].filter((operation) => {
    const record = parts.records.find(sender.incarnation, operation.item.id)
    if (record === undefined) return true
    if (record.content === operation.content) results[operation.index] = resultOf(record, operation.item, parts)
    else reject(operation.index, [otherContent], classOfEntity[operation.item.entityType])
    return false
  })

  for (const wave of wavesOf(fresh)) await runWave(parts, sender, wave, results, reject)
  if (rejected.length > 0) await parts.keepRejected(sender.incarnation, rejected)
  for (const [follower, leader] of followers) results[follower] = results[leader]
  return results.map((result, index) => {
    if (result === undefined) throw new Error(`operation ${index} has no result`)
    return result
  })
}

/** A document may be 32 deep, and lies in the operation. */
const maxDepth = 34
const tooDeep: Problem = { field: '/data', message: 'is nested too deeply' }
const otherContent: Problem = { field: '/id', message: 'was used before, for an operation with other content' }

type Reject = (index: number, problems: readonly Problem[], database?: string, isKept?: boolean) => void

async function runWave(
  parts: PushParts,
  sender: PushSender,
  wave: readonly Operation[],
  results: (SyncOperationResult | undefined)[],
  reject: Reject,
): Promise<void> {
  let open = wave
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const plans = open.map((operation) => ({ operation, plan: planOf(parts, sender, operation.item) }))
    const again: Operation[] = []
    for (const { operation, plan } of plans) {
      if (plan.kind === 'done') results[operation.index] = plan.result
      if (plan.kind === 'refuse') reject(operation.index, plan.problems, plan.database)
    }
    const writes = plans.filter((entry): entry is Write => entry.plan.kind === 'write')
    for (const [database, batch] of Map.groupBy(writes, ({ plan }) => plan.database)) {
      const outcomes = await parts.entrance.write(
        sender.authorization,
        database,
        batch.map(({ plan }) => plan.document),
      )
      batch.forEach(({ operation, plan }, position) => {
        const outcome = outcomes[position] as EntranceOutcome
        const { item, index } = operation
        if (outcome.kind === 'stored') results[index] = { id: item.id, status: 'synced', rev: outcome.rev }
        else if (outcome.kind === 'refused') {
          reject(index, problemsOf(database, plan.document, outcome.reason), database, outcome.isKept)
        } else if (attempt < maxTries) again.push(operation)
        else results[index] = conflictWith(item, readEntity(parts.databaseOf(database), item.entityId))
      })
    }
    open = again
  }
  await parts.records.save(sender.incarnation, recordsOf(wave, results))
}

interface Write {
  readonly operation: Operation
  readonly plan: Extract<Plan, { kind: 'write' }>
}

function planOf(parts: PushParts, { terminalId }: PushSender, item: SyncQueueItem): Plan {
  return planOperation(item, { databaseOf: parts.databaseOf, terminalId, nowMs: parts.nowMs() })
}

function recordsOf(
  wave: readonly Operation[],
  results: readonly (SyncOperationResult | undefined)[],
): Map<string, OperationRecord> {
  const records = new Map<string, OperationRecord>()
  for (const { index, item, content } of wave) {
    const result = results[index]
    if (result === undefined || result.status === 'rejected') continue
    records.set(item.id, { content, status: result.status, rev: result.rev })
  }
  return records
}

/** As it was answered before; of a conflict with the document as it is now. */
function resultOf(record: OperationRecord, item: SyncQueueItem, { databaseOf }: PushParts): SyncOperationResult {
  if (record.status === 'synced') return { id: item.id, status: 'synced', rev: record.rev ?? '' }
  return conflictWith(item, readEntity(databaseOf(classOfEntity[item.entityType]), item.entityId))
}

/** The reasons of the route in terms of the operation's fields. */
function problemsOf(database: string, document: Fields, reason: string): Problem[] {
  const problems = checkDocument(database, document)
  if (problems.length === 0) return [{ field: '/data', message: reason }]
  return problems.map(({ field, message }) => ({ field: `/data${field}`, message }))
}

function contentOf({ entityType, entityId, action, data, timestamp, baseRev }: SyncQueueItem): string {
  return canonicalHash({ entityType, entityId, action, data, timestamp, baseRev: baseRev ?? null })
}

/** `data` may be left out of a delete. */
function readItem(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('data' in value)
    ? { ...value, data: null }
    : value
}

function problemsIn(value: unknown, item: unknown): readonly Problem[] {
  if (isTooDeep(value, maxDepth)) return [tooDeep]
  const broken = findBrokenValue(item)
  return broken === undefined ? schemaProblems(SyncQueueItem, item) : [broken]
}

/** Goes no deeper than `depth`, so that no nesting exhausts the stack. */
function isTooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some((member) => isTooDeep(member, depth - 1))
}

function idOf(value: unknown): string | null {
  const id: unknown = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
  return typeof id === 'string' ? id.slice(0, 128) : null
}

function toRejected(value: unknown, problems: readonly Problem[], database: string): RejectedOperation {
  const { entityId, baseRev } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  return {
    database,
    id: typeof entityId === 'string' ? entityId : '',
    rev: typeof baseRev === 'string' ? baseRev : undefined,
    reason: `sync operation: ${problems.map(({ field, message }) => `${field} ${message}`).join('; ')}`,
    text: textOf(value),
  }
}

function textOf(value: unknown): string {
  return isTooDeep(value, maxTextDepth) ? '"nested too deeply to be written down"' : JSON.stringify(value)
}
