/** An amount as a person types it, in minor units: `12`, `12.5`, `12,50`. Undefined for anything else. */
export function parseAmount(text: string, decimals: number): number | undefined {
  const match = /^([0-9]{1,9})(?:[.,]([0-9]*))?$/.exec(text.trim())
  const [, whole, fraction = ''] = match ?? []
  if (whole === undefined || fraction.length > decimals) return undefined
  return Number(whole + fraction.padEnd(decimals, '0'))
}
