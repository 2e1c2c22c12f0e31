/** Amounts of money as people type them. */

/** `('12,5', 2)` → 1250. Undefined for anything that is no amount of at least zero. */
export function readAmount(text: string, decimals: number): number | undefined {
  const trimmed = text.trim().replace(',', '.')
  const pattern = decimals === 0 ? /^[0-9]{1,10}$/ : new RegExp(`^[0-9]{1,10}(\\.[0-9]{1,${decimals}})?$`)
  return pattern.test(trimmed) ? Math.round(Number(trimmed) * 10 ** decimals) : undefined
}

/** The text that reads as this amount: `(1250, 2)` → `12.50`. */
export function amountText(amountMinor: number, decimals: number): string {
  return (amountMinor / 10 ** decimals).toFixed(decimals)
}
