/** Asks a part of the system for JSON, briefly. A page that shows what is broken must not break with it. */
import { Type, type Static, type TSchema } from 'typebox'
import { HubStatus, schemaProblems } from '@tidemark/contracts'

const answerTimeoutMs = 2000

export type Answer<Body> =
  /** Absent: the part answered that it knows nothing of it (404). */
  { readonly kind: 'found'; readonly body: Body } | { readonly kind: 'absent' } | { readonly kind: 'silent' }

export async function ask<Schema extends TSchema>(schema: Schema, url: string): Promise<Answer<Static<Schema>>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs) })
    if (response.status === 404) {
      await response.body?.cancel()
      return { kind: 'absent' }
    }
    const body: unknown = await response.json()
    if (!response.ok || schemaProblems(schema, body).length > 0) return { kind: 'silent' }
    return { kind: 'found', body: body as Static<Schema> }
  } catch {
    return { kind: 'silent' }
  }
}

/** The parts of the answers that the page shows; services may add to them. */
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
