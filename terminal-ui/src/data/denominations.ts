/** Notes and coins of a currency, for counting a drawer. */

/** In minor units, largest first. */
const known: Readonly<Record<string, readonly number[]>> = {
  EUR: [50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  GBP: [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  USD: [10_000, 5000, 2000, 1000, 500, 200, 100, 50, 25, 10, 5, 1],
  CHF: [100_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5],
  SEK: [100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100],
  NOK: [100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 100],
  DKK: [100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50],
  PLN: [50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  JPY: [10_000, 5000, 2000, 1000, 500, 100, 50, 10, 5, 1],
}
const series = [500, 200, 100, 50, 20, 10, 5, 2, 1] as const

/** Without coins that the store's rounding has made useless. A currency that is not known gets the usual 1, 2, 5. */
export function denominationsOf(currency: string, decimals: number, coinMinor: number): readonly number[] {
  const scale = 10 ** decimals
  const usual = [...series.map((value) => value * scale), ...(decimals === 2 ? [50, 20, 10, 5, 2, 1] : [])]
  return (known[currency] ?? usual).filter((value) => value >= coinMinor)
}

export interface CountedDenomination {
  readonly valueMinor: number
  readonly count: number
}

export function sumOf(counted: readonly CountedDenomination[]): number {
  return counted.reduce((total, { valueMinor, count }) => total + valueMinor * count, 0)
}
