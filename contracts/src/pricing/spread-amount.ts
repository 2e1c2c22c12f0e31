/**
 * Spreads an amount over shares in proportion, to the minor unit: largest remainder first, the earlier share where remainders are
 * equal. The parts add up to the amount exactly, and no part is greater than its share. What is more than all shares together
 * is not spread.
 */
export function spreadAmount(amountMinor: number, sharesMinor: readonly number[]): number[] {
  const wholeMinor = sharesMinor.reduce((total, share) => total + share, 0)
  const spreadMinor = Math.min(amountMinor, wholeMinor)
  if (spreadMinor <= 0) return sharesMinor.map(() => 0)
  const parts = sharesMinor.map((share, index) => {
    const exact = BigInt(spreadMinor) * BigInt(share)
    const whole = BigInt(wholeMinor)
    return { index, amount: Number(exact / whole), remainder: exact % whole }
  })
  const left = spreadMinor - parts.reduce((total, part) => total + part.amount, 0)
  const byRemainder = [...parts].sort((a, b) => compare(b.remainder, a.remainder) || a.index - b.index)
  for (const part of byRemainder.slice(0, left)) part.amount += 1
  return parts.map((part) => part.amount)
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
