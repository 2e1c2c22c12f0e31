/** What the hub publishes: one message per change of its databases. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { StoreId } from '../identity.ts'
import type { EntityClass } from '../databases.ts'
import { recordOf } from '../documents/record-of.ts'

export const changeStream = 'POS'
export const changeSubjects = 'pos.*.*.*'
/** Messages that a service could not take in, each with its reason, under `dead.<service>.<original subject>`. */
export const deadLetterStream = 'POS_DEAD'
export const deadLetterSubjects = 'dead.>'
/** JetStream retention of the feed. The record is CouchDB; the feed can be rebuilt from it. */
export const changeRetentionMs = 14 * 24 * 60 * 60 * 1000
export const maxDeliveries = 5

/** `('s001', 'sales', 'sale')` → `pos.s001.sales.sale`. A document without a usable type (a deletion) is `deleted`. */
export function changeSubject(storeId: string, entityClass: EntityClass, documentType: unknown): string {
  const type = typeof documentType === 'string' && /^[a-z-]{1,64}$/.test(documentType) ? documentType : 'deleted'
  return `pos.${storeId}.${entityClass}.${type}`
}

/** Filter of a consumer: every store's changes of one class. */
export function classSubjects(entityClass: EntityClass): string {
  return `pos.*.${entityClass}.*`
}

export function deadLetterSubject(service: string, subject: string): string {
  return `dead.${service}.${subject}`
}

export const ChangeMessage = Type.Object(
  {
    storeId: StoreId,
    /** Epoch of the hub's store. */
    epoch: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    /** Name at the hub, such as `sales-2026-11`. */
    database: Type.String({ minLength: 1, maxLength: 100 }),
    /** Sequence in the hub's database. */
    sequence: Type.Integer({ minimum: 0 }),
    /** The winning revision, which is `document`'s. */
    rev: Type.String({ pattern: '^[0-9]+-[0-9a-zA-Z]+$', maxLength: 80 }),
    /** The other live leaves. */
    conflicts: Type.Array(Type.String({ maxLength: 80 }), { maxItems: 1000 }),
    deleted: Type.Boolean(),
    /**
     * The document is too large for the stream: `document` has its id, revision and type only. Who needs the body finds it in
     * CouchDB, as reconciliation does.
     */
    bodyOmitted: Type.Optional(Type.Literal(true)),
    document: recordOf(Type.Unknown()),
  },
  { title: 'change-message' },
)
export type ChangeMessage = Static<typeof ChangeMessage>

/** `Nats-Msg-Id`: a change that is published again within the stream's duplicate window is stored once. */
export function changeMessageId(message: Pick<ChangeMessage, 'epoch' | 'database' | 'rev' | 'document'>): string {
  return `${message.epoch}/${message.database}/${String(message.document['_id'])}/${message.rev}`
}

/** Body of a dead letter. `payload` is the message as it came, base64, so that nothing of it is lost. */
export const DeadLetter = Type.Object(
  {
    service: Type.String(),
    subject: Type.String(),
    reason: Type.String(),
    deliveries: Type.Integer({ minimum: 1 }),
    streamSequence: Type.Integer({ minimum: 0 }),
    at: Type.String({ format: 'date-time' }),
    payload: Type.String(),
  },
  { title: 'dead-letter' },
)
export type DeadLetter = Static<typeof DeadLetter>
