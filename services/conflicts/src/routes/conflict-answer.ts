/** A conflict as it is answered. */
import { Type, type Static } from 'typebox'
import { compareLeaves, ConflictPolicy, resolveLeaves } from '@tidemark/contracts'
import type { ConflictCase } from '../domain/conflict-case.ts'

export const ConflictStatus = Type.Enum(['open', 'resolved'])
export const ConflictParameters = Type.Object({ id: Type.String({ minLength: 1, maxLength: 1024 }) })

const Leaf = Type.Object({ rev: Type.String(), body: Type.Unknown() })
const Person = Type.Object({ id: Type.String(), role: Type.String(), name: Type.Optional(Type.String()) })

export const ConflictAnswer = Type.Object({
  id: Type.String(),
  status: ConflictStatus,
  needsPerson: Type.Boolean({ description: 'true while it is open and no rule decides' }),
  storeId: Type.String({ description: 'Store of the database; hq for the catalogue' }),
  stores: Type.Array(Type.String(), { description: 'Stores that have a copy' }),
  database: Type.String(),
  documentId: Type.String(),
  documentType: Type.String(),
  policy: ConflictPolicy,
  winningRev: Type.String({ description: 'the revision that everybody saw before the decision' }),
  leaves: Type.Array(Leaf, { description: 'every competing revision with its body, the winning one first' }),
  leavesApart: Type.Array(Type.String(), { description: 'Documents of the desk with bodies too large for the case' }),
  base: Type.Union([Leaf, Type.Null()], { description: 'the last revision that all share, where it was still there' }),
  differences: Type.Array(
    Type.Object({
      field: Type.String({ description: 'JSON pointer' }),
      values: Type.Array(Type.Object({ rev: Type.String(), value: Type.Optional(Type.Unknown()) })),
    }),
  ),
  suggestion: Type.Union([Type.Unknown(), Type.Null()], {
    description: 'the document that the rule would make; null for what may never change, and where bodies lie apart',
  }),
  explanation: Type.Array(Type.String(), { description: 'who changed what when, and what stands or takes a person' }),
  decision: Type.Union(
    [
      Type.Object({
        kind: Type.String(),
        rev: Type.String({ description: 'the revision that stands' }),
        at: Type.String(),
        by: Person,
        chosen: Type.Optional(Type.String()),
        note: Type.Optional(Type.String()),
      }),
      Type.Null(),
    ],
    { description: 'who or which rule decided' },
  ),
  undone: Type.Union([
    Type.Object({ at: Type.String(), by: Person, rev: Type.String(), restored: Type.String() }),
    Type.Null(),
  ]),
  openedAt: Type.String(),
  resolvedAt: Type.Union([Type.String(), Type.Null()]),
  resolution: Type.Union([Type.String(), Type.Null()]),
})

export function answerOf(conflict: ConflictCase): Static<typeof ConflictAnswer> {
  const { _id, status, storeId, stores, database, documentId, documentType, policy, winningRev, leaves } = conflict
  const differences = compareLeaves(leaves).map(({ field, values }) => ({ field, values: [...values] }))
  return {
    id: _id,
    status,
    needsPerson: status === 'open' && conflict.decision === undefined,
    storeId,
    stores,
    database,
    documentId,
    documentType,
    policy,
    winningRev,
    leaves,
    leavesApart: conflict.leavesApart,
    base: conflict.base ?? null,
    differences,
    suggestion: conflict.leavesApart.length > 0 ? null : (resolveLeaves(leaves).winner?.body ?? null),
    explanation: [...(conflict.explanation ?? [])],
    decision: conflict.decision ?? null,
    undone: conflict.undone ?? null,
    openedAt: conflict.openedAt,
    resolvedAt: conflict.resolvedAt ?? null,
    resolution: conflict.resolution ?? null,
  }
}
