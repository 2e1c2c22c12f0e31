/**
 * What a store wanted of a document on which head office decides: the version that lost, kept as a question that head office
 * accepts or refuses.
 *
 *     standing {name: A, rate: 7}    requested {name: B, rate: 7}   ──► asks for name: B, and for nothing else
 */
import {
  changesBetween,
  HEAD_OFFICE,
  isSameJson,
  writerOf,
  type Author,
  type ComparedLeaf,
  type FieldChange,
  type Resolution,
} from '@tidemark/contracts'
import type { ConflictCase } from './conflict-case.ts'

type Fields = Readonly<Record<string, unknown>>

export interface ChangeRequest extends Fields {
  readonly _id: string
  readonly type: 'change-request'
  readonly status: 'open' | 'accepted' | 'refused'
  /** The store that asks. */
  readonly storeId: string
  /** HLC stamp of the change that was asked for. */
  readonly at: string
  readonly conflict: string
  readonly centralDatabase: string
  readonly database: string
  readonly documentId: string
  readonly documentType: string
  /** The revision that lost. */
  readonly rev: string
  readonly requestedBy: unknown
  /** One for each field that the request changes; without a value for a field that is not there. */
  readonly changes: readonly FieldChange[]
  readonly answer?: {
    readonly at: string
    readonly by: Author
    readonly reason?: string
    /** The revision that carries the change. */
    readonly rev?: string
  }
}

/** One for each version of a store that lost against the one that stands, and says something else. */
export function changeRequestsOf(
  { _id: conflict, centralDatabase, database, documentId, documentType, policy }: ConflictCase,
  leaves: readonly ComparedLeaf[],
  { winner, winningLeaf }: Resolution,
): readonly ChangeRequest[] {
  if (policy !== 'server-wins' || winner === undefined) return []
  return leaves.flatMap(({ rev, body }) => {
    const storeId = writerOf(body)
    const changes = changesBetween(winner.body, body)
    if (rev === winningLeaf || storeId === undefined || storeId === HEAD_OFFICE || changes.length === 0) return []
    const about = { conflict, centralDatabase, database, documentId, documentType, rev, changes }
    const _id = `request:${centralDatabase}:${documentId}:${rev}`
    return [
      {
        _id,
        type: 'change-request',
        status: 'open',
        storeId,
        at: String(body['at']),
        requestedBy: body['by'],
        ...about,
      },
    ]
  })
}

export type Applied =
  | { readonly kind: 'changed'; readonly body: Fields }
  /** Nothing to write: the document says already what is asked for. */
  | { readonly kind: 'same' }
  /** Fields that somebody has changed since the request. */
  | { readonly kind: 'changed-since'; readonly fields: readonly string[] }

/** The document with what the request asks for, and nothing else. */
export function applyRequest({ changes }: Pick<ChangeRequest, 'changes'>, present: Fields): Applied {
  const missing = changes.filter(({ field, requested }) => !isSameJson(present[field], requested))
  if (missing.length === 0) return { kind: 'same' }
  const since = missing.filter(({ field, standing }) => !isSameJson(present[field], standing))
  if (since.length > 0) return { kind: 'changed-since', fields: since.map(({ field }) => field) }
  const removed = new Set(missing.flatMap((change) => ('requested' in change ? [] : [change.field])))
  const kept = Object.entries(present).filter(([name]) => !removed.has(name))
  const asked = missing.flatMap(({ field, requested }) =>
    requested === undefined ? [] : [[field, requested] as const],
  )
  return { kind: 'changed', body: { ...Object.fromEntries(kept), ...Object.fromEntries(asked) } }
}
