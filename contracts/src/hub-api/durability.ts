/** `POST /api/receipts/durability`: how far receipts have come, as the hub knows it. */
import * as Type from 'typebox'
import type { Static } from 'typebox'

export const maxDurabilityReceipts = 500

const JournalDocumentId = Type.String({ pattern: '^journal:', maxLength: 512 })

export const DurabilityRequest = Type.Object(
  {
    receipts: Type.Array(
      Type.Object({
        database: Type.String({ pattern: '^sales-[0-9]{4}-(0[1-9]|1[0-2])$' }),
        id: JournalDocumentId,
      }),
      { minItems: 1, maxItems: maxDurabilityReceipts },
    ),
  },
  { additionalProperties: false },
)
export type DurabilityRequest = Static<typeof DurabilityRequest>

export const DurabilityStage = Type.Enum(['absent', 'hub', 'central', 'audited'], {
  description: [
    'absent: not at this hub; hub: on its disk; central: central has confirmed it, with as many copies as it was asked for;',
    'audited: so has it the entry of the signed sync log that names the receipt',
  ].join(' '),
})
export type DurabilityStage = Static<typeof DurabilityStage>

export const ReceiptDurability = Type.Object({
  id: Type.String(),
  stage: DurabilityStage,
  refusedByCentral: Type.Optional(
    Type.String({ description: 'why central does not take it; the hub offers it again' }),
  ),
})
export type ReceiptDurability = Static<typeof ReceiptDurability>

export const DurabilityResponse = Type.Object({
  epoch: Type.String({ description: 'of the store that answers: an answer of another epoch is void' }),
  receipts: Type.Array(ReceiptDurability, { description: 'in the order of the request' }),
})
export type DurabilityResponse = Static<typeof DurabilityResponse>
