/**
 * A void puts back what its sale took (or takes back what its refund put). The two arrive in any order, so both write into
 * one document, `void:<journal id of the voided entry>`, and it has an effect once both halves are there.
 *
 * 1. Merging is commutative and idempotent: any order and any repetition give the same document.
 * 2. However many voids name one entry, its goods come back once, at the stamp of the earliest void.
 */
import type { StockLine } from '@tidemark/contracts'
import type { ChangeEffect } from './derive-effect.ts'

export interface VoidMark {
  readonly id: string
  /** HLC stamp of the void. */
  readonly at: string
}

export interface VoidEffect extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'void-effect'
  /** The earliest first. */
  readonly voids: readonly VoidMark[]
  /** What goes back; null until the voided entry is known. */
  readonly reversal: { readonly storeId: string; readonly lines: readonly StockLine[] } | null
}

export function voidEffectId(voidedId: string): string {
  return `void:${voidedId}`
}

export function emptyVoidEffect(voidedId: string): VoidEffect {
  return { _id: voidEffectId(voidedId), type: 'void-effect', voids: [], reversal: null }
}

export function mergeVoid(effect: VoidEffect, mark: VoidMark): VoidEffect {
  if (effect.voids.some(({ id }) => id === mark.id)) return effect
  return { ...effect, voids: [...effect.voids, mark].sort(byStamp) }
}

export function mergeVoided(effect: VoidEffect, voided: ChangeEffect): VoidEffect {
  if (effect.reversal !== null) return effect
  const lines = voided.lines.map(({ sku, quantity }) => ({ sku, quantity: -quantity }))
  return { ...effect, reversal: { storeId: voided.storeId, lines } }
}

// Stamps are ordered as text, and two of them are never equal unless they are of one document.
function byStamp(a: VoidMark, b: VoidMark): number {
  const [left, right] = [`${a.at} ${a.id}`, `${b.at} ${b.id}`]
  return left < right ? -1 : left > right ? 1 : 0
}
