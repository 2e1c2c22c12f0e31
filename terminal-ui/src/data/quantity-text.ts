/** Quantities as people type them. */
import type { QuantityUnit } from '@tidemark/contracts'

const maxQuantity = 1_000_000

/** `('12', 'piece')` → 12; `('1,25', 'gram')` → 1250, because weights are typed in kilograms. Undefined for anything else. */
export function readQuantity(text: string, unit: QuantityUnit): number | undefined {
  const trimmed = text.trim().replace(',', '.').replace('−', '-')
  const pattern = unit === 'gram' ? /^-?[0-9]{1,7}(\.[0-9]{1,3})?$/ : /^-?[0-9]{1,7}$/
  if (!pattern.test(trimmed)) return undefined
  const quantity = Math.round(Number(trimmed) * (unit === 'gram' ? 1000 : 1))
  return Math.abs(quantity) > maxQuantity ? undefined : quantity
}

/** The text that reads as this quantity: `(1250, 'gram')` → `1.25`. */
export function quantityText(quantity: number, unit: QuantityUnit): string {
  return String(unit === 'gram' ? quantity / 1000 : quantity)
}
