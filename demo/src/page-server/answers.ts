/** The parts of the answers that the page shows; services may add to them. */
import { Type, type Static } from 'typebox'
import { HubStatus } from '@tidemark/contracts'

export const answers = {
  hubStatus: HubStatus,
  day: Type.Object({
    sales: Type.Integer(),
    grossMinor: Type.Integer(),
    currency: Type.Union([Type.String(), Type.Null()]),
  }),
  series: Type.Object({ items: Type.Array(Type.Object({ incarnation: Type.String(), last: Type.Integer() })) }),
  receipt: Type.Object({
    receipt: Type.String(),
    recordedAt: Type.String(),
    traceId: Type.Union([Type.String(), Type.Null()]),
    entry: Type.Object({
      type: Type.String(),
      storeId: Type.String(),
      at: Type.String(),
      currency: Type.Optional(Type.String()),
      totals: Type.Optional(Type.Object({ dueMinor: Type.Integer() })),
      lines: Type.Optional(
        Type.Array(
          Type.Object({
            sku: Type.String(),
            name: Type.String(),
            quantity: Type.Integer(),
            unit: Type.Enum(['piece', 'gram']),
          }),
        ),
      ),
    }),
  }),
  stock: Type.Object({ onHand: Type.Integer() }),
  conflicts: Type.Object({ items: Type.Array(Type.Unknown()) }),
  chain: Type.Object({ verified: Type.Boolean(), epochs: Type.Array(Type.Object({ entries: Type.Integer() })) }),
}
export type ReceiptAnswer = Static<typeof answers.receipt>
