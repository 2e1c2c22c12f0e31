/** A conflict: a document with more than one live leaf. Every losing body is kept inside the case. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { HlcStamp } from '../clock/hlc.ts'
import { Author, documentSchema } from './document-header.ts'
import { recordOf } from './record-of.ts'

export const ConflictPolicy = Type.Enum(['immutable', 'field-merge', 'manual', 'server-wins', 'last-write-wins'])
export type ConflictPolicy = Static<typeof ConflictPolicy>

export const ConflictLeaf = Type.Object({
  rev: Type.String({ pattern: '^[0-9]+-[0-9a-zA-Z]+$', maxLength: 80 }),
  /** Of any type, so it may hold what is sensitive there. */
  body: recordOf(Type.Unknown(), { sensitive: true }),
})

/** Who or what decided, and the revision that stands because of it. */
export const ConflictDecision = Type.Object({
  /** `rule`: by the policy alone; `choose`: one of the leaves; `merge`: an edited body; `suggestion`: what the rule suggested. */
  kind: Type.Enum(['rule', 'choose', 'merge', 'suggestion']),
  rev: Type.String({ maxLength: 80 }),
  at: HlcStamp,
  by: Author,
  note: Type.Optional(Type.String({ maxLength: 300 })),
})
export type ConflictDecision = Static<typeof ConflictDecision>

export const Conflict = documentSchema('conflict', {
  status: Type.Enum(['open', 'resolved']),
  /** Name of the database at the hub, such as `catalog`. */
  database: Type.String({ minLength: 1, maxLength: 100 }),
  documentId: Type.String({ minLength: 1, maxLength: 512 }),
  documentType: Type.String({ maxLength: 64 }),
  policy: ConflictPolicy,
  winningRev: Type.String({ maxLength: 80 }),
  /** Every live leaf, the winning one included. */
  leaves: Type.Array(ConflictLeaf, { minItems: 2, maxItems: 50 }),
  /** The last body that the leaves share, where it was still there. */
  base: Type.Optional(ConflictLeaf),
  /** In words: who changed what when, and what stands or takes a person. */
  explanation: Type.Optional(Type.Array(Type.String({ maxLength: 500 }), { maxItems: 50 })),
  decision: Type.Optional(ConflictDecision),
  resolvedAt: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
  resolution: Type.Optional(Type.String({ maxLength: 1000 })),
})
export type Conflict = Static<typeof Conflict>
