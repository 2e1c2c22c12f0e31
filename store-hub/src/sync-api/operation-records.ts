// Which operations were answered, and how, so that a repeat gives the same answer.
//
//   `_local/<monday of the week>/<sha-256 of incarnation and operation id>`   {"content": "<sha-256>", "status", "rev"}
//
// 1. A record is written after the document and before the answer. A crash between the two loses the record only: the repeat
//    meets its own document and writes nothing.
// 2. They are local documents of a database of their own: no change, no tombstone. The oldest weeks are removed in short steps.
import { createHash } from 'node:crypto'
import type { DocumentDatabase } from '../store/index.ts'

export interface OperationRecord {
  /** Hash of what the operation asked for. */
  readonly content: string
  readonly status: 'synced' | 'conflict'
  readonly rev: string | null
}

export interface OperationRecords {
  find(incarnation: string, operationId: string): OperationRecord | undefined
  /** Resolves when all are on disk. */
  save(incarnation: string, records: ReadonlyMap<string, OperationRecord>): Promise<void>
  /** Removes some of what is older than the weeks that are kept; true when there may be more. */
  removeOld(): Promise<boolean>
}

/** The present one and three before it: a repeat is known for at least three weeks. */
export const keptWeeks = 4
const removedAtOnce = 500
const weekMs = 7 * 24 * 60 * 60 * 1000
/** 1970-01-05, a Monday. */
const firstMondayMs = 4 * 24 * 60 * 60 * 1000

export function openOperationRecords(database: DocumentDatabase, nowMs: () => number): OperationRecords {
  const weeks = (): string[] => Array.from({ length: keptWeeks }, (_, back) => weekOf(nowMs() - back * weekMs))
  return {
    find(incarnation, operationId) {
      const key = keyOf(incarnation, operationId)
      for (const week of weeks()) {
        const found = database.readLocal(`_local/${week}/${key}`)
        if (found !== undefined) return JSON.parse(found.body) as OperationRecord
      }
      return undefined
    },
    async save(incarnation, records) {
      if (records.size === 0) return
      const week = weekOf(nowMs())
      const locals = [...records].map(([operationId, record]) => ({
        id: `_local/${week}/${keyOf(incarnation, operationId)}`,
        body: JSON.stringify(record),
      }))
      await database.writeTogether([], locals)
    },
    async removeOld() {
      const oldest = `_local/${weekOf(nowMs() - (keptWeeks - 1) * weekMs)}/`
      // In order of ids the oldest weeks come first.
      const old = database.listLocalIds(removedAtOnce).filter((id) => id < oldest)
      if (old.length === 0) return false
      await database.writeTogether(
        [],
        old.map((id) => ({ id, body: undefined })),
      )
      return old.length === removedAtOnce
    },
  }
}

function weekOf(timeMs: number): string {
  const monday = Math.floor((timeMs - firstMondayMs) / weekMs) * weekMs + firstMondayMs
  return new Date(monday).toISOString().slice(0, 10)
}

function keyOf(incarnation: string, operationId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([incarnation, operationId]))
    .digest('hex')
}
