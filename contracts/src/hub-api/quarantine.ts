/**
 * `/api/quarantine`: documents that were refused, each with its reason, its origin and its exact text, until they are
 * accepted or a manager decides.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'

const IsoTime = Type.String({ format: 'date-time' })
const nullable = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) => Type.Union([schema, Type.Null()])

export const QuarantineId = Type.String({ pattern: '^[0-9a-f]{32}$', description: 'of the item, not of the document' })

export const QuarantineState = Type.Enum(['open', 'accepted', 'discarded'], {
  description:
    'open: waits for its cause to be mended or for a manager; accepted: stored after all; discarded: by a manager',
})
export type QuarantineState = Static<typeof QuarantineState>

export const QuarantineItem = Type.Object({
  id: QuarantineId,
  database: Type.String(),
  origin: Type.String({ description: 'who sent it: an incarnation, or `central` where head office refused it' }),
  documentId: Type.String(),
  rev: nullable(Type.String()),
  replicated: Type.Boolean({ description: '`rev` is its own, made elsewhere; otherwise the one that it builds upon' }),
  reason: Type.String({ description: 'of the last refusal' }),
  state: QuarantineState,
  firstAt: IsoTime,
  lastAt: IsoTime,
  count: Type.Integer({ minimum: 1, description: 'how often it was refused; after a crash it may be too low' }),
  textBytes: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
    description: 'null where the hub itself has the document, and someone else refused it',
  }),
  decision: Type.Union(
    [Type.Object({ at: IsoTime, by: Type.String(), reason: Type.Optional(Type.String()) }), Type.Null()],
    { description: 'when and by whom it was discarded or seen to be accepted' },
  ),
})
export type QuarantineItem = Static<typeof QuarantineItem>

export const QuarantineItemWithText = Type.Object({
  ...QuarantineItem.properties,
  text: Type.Union([Type.String(), Type.Null()], { description: 'the JSON text exactly as it came in' }),
})
export type QuarantineItemWithText = Static<typeof QuarantineItemWithText>

export const QuarantineQuery = Type.Object(
  {
    database: Type.Optional(Type.String({ minLength: 1, maxLength: 180 })),
    origin: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    state: Type.Optional(QuarantineState),
    limit: Type.Optional(
      Type.String({ pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$', description: '1 to 500, default 50' }),
    ),
    after: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: '`nextAfter` of the page before' })),
  },
  { additionalProperties: false },
)
export type QuarantineQuery = Static<typeof QuarantineQuery>

export const QuarantinePage = Type.Object({
  items: Type.Array(QuarantineItem, { description: 'newest first, by their first refusal' }),
  nextAfter: nullable(Type.String()),
  open: Type.Integer({ minimum: 0 }),
  total: Type.Integer({ minimum: 0 }),
})
export type QuarantinePage = Static<typeof QuarantinePage>

const By = Type.String({ minLength: 1, maxLength: 100, description: 'the person who decides, for the sync log' })

export const QuarantineAction = Type.Object({ by: By }, { additionalProperties: false })
export type QuarantineAction = Static<typeof QuarantineAction>

export const QuarantineDiscard = Type.Object(
  { by: By, reason: Type.String({ minLength: 1, maxLength: 500 }) },
  { additionalProperties: false },
)
export type QuarantineDiscard = Static<typeof QuarantineDiscard>

export const QuarantineOffer = Type.Object({
  accepted: Type.Boolean(),
  reason: nullable(Type.String()),
  item: QuarantineItem,
})
export type QuarantineOffer = Static<typeof QuarantineOffer>
