// What an operation of a client means for the store, given what the store holds. Reads, never writes.
//
//   create                 nothing there ─► write     the same content there ─► done      other content ─► conflict
//                          deleted ─► conflict, unless baseRev names the deletion: only then it is written anew
//   update with baseRev    a leaf ─► write on it      not a leaf ─► done when it is so already, else conflict
//   update without         written on the present document, unless a field that it changes is newer than the operation
//
// 1. The document that an update makes depends only on its base and the operation: a repeat makes the same one, of the same
//    revision, so that losing every record of an operation can't make it happen twice.
// 2. Journal entries, movements and counts are never updated; nothing is deleted. `/db` refuses the same.
import {
  advanceClock,
  classOfDatabase,
  clockNodeOfTerminal,
  databaseOfDocument,
  defaultMaxAheadMs,
  documentTypeOf,
  formatStamp,
  initialClock,
  isSameJson,
  parseStamp,
  type SyncOperationResult,
  type SyncQueueItem,
} from '@tidemark/contracts'
import type { DocumentDatabase } from '../store/index.ts'
import { applyMergePatch } from './merge-patch.ts'
import {
  classOfEntity,
  entityTypeOf,
  isSameContent,
  readEntity,
  type Fields,
  type StoredEntity,
} from './stored-entity.ts'

export interface Problem {
  readonly field: string
  readonly message: string
}

export type Plan =
  /** `document` has its `_id`, and the `_rev` that it replaces. */
  | { readonly kind: 'write'; readonly database: string; readonly document: Fields }
  | { readonly kind: 'done'; readonly result: SyncOperationResult }
  | { readonly kind: 'refuse'; readonly database: string; readonly problems: readonly Problem[] }

export interface PlanContext {
  readonly databaseOf: (name: string) => DocumentDatabase | undefined
  readonly terminalId: string
  readonly nowMs: number
}

export function planOperation(item: SyncQueueItem, context: PlanContext): Plan {
  // A leap second is a valid time that Date doesn't know.
  const madeMs = Date.parse(item.timestamp)
  if (Number.isNaN(madeMs) || madeMs > context.nowMs + defaultMaxAheadMs) {
    return refuse(item, '/timestamp', "must be a time at most a day ahead of the hub's clock")
  }
  if (item.action === 'create') return planCreate(item, context)
  if (item.entityType !== 'product') {
    return refuse(item, '/action', `must be create: ${immutableNames[item.entityType]}, correct them by a new entry`)
  }
  if (item.action === 'delete') {
    return refuse(item, '/action', 'must be create or update: products are not deleted, set /status to discontinued')
  }
  return planUpdate(item, context)
}

const immutableNames = {
  sale: 'journal entries are immutable',
  inventory: 'stock movements and counts are immutable',
} as const

/** The answer to an operation that met a document which somebody else has changed. */
export function conflictWith(item: SyncQueueItem, present: StoredEntity | undefined): SyncOperationResult {
  const document = present === undefined ? null : { ...present.document }
  return { id: item.id, status: 'conflict', rev: present?.rev ?? null, document }
}

function planCreate(item: SyncQueueItem, { databaseOf }: PlanContext): Plan {
  const { data, entityId, entityType } = item
  if (data === null) return refuse(item, '/data', 'must be the document')
  const fault = findDataFault(item, data)
  if (fault !== undefined) return refuse(item, fault.field, fault.message)
  const document: Fields = { ...data, _id: entityId }
  const database = databaseOfDocument(document)
  if (database === undefined || classOfDatabase(database) !== classOfEntity[entityType]) {
    return refuse(item, '/data/type', `must be a type of ${entityType}, with what names its database`)
  }
  if (entityTypeOf(database, entityId) !== entityType) {
    return refuse(item, '/entityId', `is not the id of a document of ${entityType}`)
  }
  const head = databaseOf(database)?.head(entityId)
  if (head?.deleted === true) {
    // A repeat whose record is gone must not bring back what somebody has deleted since.
    if (item.baseRev === head.rev) return { kind: 'write', database, document: { ...document, _rev: head.rev } }
    return { kind: 'done', result: { id: item.id, status: 'conflict', rev: head.rev, document: null } }
  }
  const present = readEntity(databaseOf(database), entityId)
  if (present === undefined) return { kind: 'write', database, document }
  if (isSameContent(present.document, document)) return synced(item, present.rev)
  // The rules raise the alarm for an immutable id with other content, and keep what was refused.
  if (documentTypeOf(document['type'])?.immutable === true) return { kind: 'write', database, document }
  return { kind: 'done', result: conflictWith(item, present) }
}

function planUpdate(item: SyncQueueItem, context: PlanContext): Plan {
  const { data, entityId, baseRev } = item
  if (data === null) return refuse(item, '/data', 'must be a merge patch')
  const fault = findDataFault(item, data)
  if (fault !== undefined) return refuse(item, fault.field, fault.message)
  const name = classOfEntity[item.entityType]
  const database = context.databaseOf(name)
  const present = readEntity(database, entityId)
  if (present === undefined || entityTypeOf(name, entityId) !== item.entityType) {
    return refuse(item, '/entityId', `names no ${item.entityType} of this store`)
  }
  const base = baseRev === undefined ? present : readLeaf(database, entityId, baseRev)
  if (base === undefined) {
    return changedFields(present.document, data).length === 0
      ? synced(item, present.rev)
      : { kind: 'done', result: conflictWith(item, present) }
  }
  const changed = changedFields(base.document, data)
  if (changed.length === 0) return synced(item, base.rev)
  if (baseRev === undefined && isNewer(base.document, changed, item.timestamp)) {
    return { kind: 'done', result: conflictWith(item, base) }
  }
  const document = { ...patched(base.document, data, changed, item, context.terminalId), _rev: base.rev }
  return { kind: 'write', database: name, document }
}

/** Members of the protocol are not the client's to set, but for the id, which must be the one of the operation. */
function findDataFault(item: SyncQueueItem, data: Fields): Problem | undefined {
  const member = Object.keys(data).find((name) => name.startsWith('_') && name !== '_id' && name !== '__proto__')
  if (member !== undefined)
    return { field: `/data/${member}`, message: 'must not be given; a revision goes into /baseRev' }
  if (data['_id'] !== undefined && data['_id'] !== item.entityId) {
    return { field: '/data/_id', message: 'must be the entityId' }
  }
  return undefined
}

function readLeaf(database: DocumentDatabase | undefined, id: string, rev: string): StoredEntity | undefined {
  const isLeaf = database?.head(id)?.leaves.some((leaf) => leaf.rev === rev && !leaf.deleted) === true
  return isLeaf ? readEntity(database, id, rev) : undefined
}

/** Members that the patch changes, without what the hub itself keeps about the edit. */
function changedFields(document: Fields, patch: Fields): string[] {
  const after = applyMergePatch(document, patch) as Fields
  const bookkeeping = new Set(['_id', 'at', 'by', 'trace', 'fieldTimes'])
  return Object.keys(patch).filter((name) => !bookkeeping.has(name) && !isSameJson(after[name], document[name]))
}

function isNewer(document: Fields, changed: readonly string[], timestamp: string): boolean {
  const times = (document['fieldTimes'] ?? {}) as Fields
  return changed.some((name) => (parseStamp(String(times[name]))?.wallMs ?? 0) > Date.parse(timestamp))
}

/** A stamp that is later than the base's, from nothing but base and operation. */
function patched(
  base: Fields,
  patch: Fields,
  changed: readonly string[],
  item: SyncQueueItem,
  terminalId: string,
): Fields {
  const before = parseStamp(String(base['at'])) ?? initialClock
  const at = formatStamp(advanceClock(before, Date.parse(item.timestamp)), clockNodeOfTerminal(terminalId))
  // The span of whoever made the base is not that of this edit.
  const { trace: _trace, ...rest } = base
  const result = applyMergePatch(rest, patch) as Fields
  const given = (patch['fieldTimes'] ?? {}) as Fields
  const times = Object.fromEntries(changed.filter((name) => given[name] === undefined).map((name) => [name, at]))
  return {
    ...result,
    _id: item.entityId,
    at: patch['at'] ?? at,
    by: patch['by'] ?? { id: terminalId, role: 'system' },
    fieldTimes: { ...(result['fieldTimes'] as Fields | undefined), ...times },
  }
}

function synced({ id }: SyncQueueItem, rev: string): Plan {
  return { kind: 'done', result: { id, status: 'synced', rev } }
}

function refuse(item: SyncQueueItem, field: string, message: string): Plan {
  return { kind: 'refuse', database: classOfEntity[item.entityType], problems: [{ field, message }] }
}
