/** What a customer is likely to hand over: the next amounts that notes can make. */

/** Notes in units of the currency; cents come in by its number of decimals. */
const notes = [5, 10, 20, 50, 100, 200]
const maxSuggestions = 4

/** `(1234, 2)` → `[1500, 2000, 5000, 10000]`: amounts above the one due, ascending, at most four. */
export function suggestTenders(dueMinor: number, decimals: number): number[] {
  const scale = 10 ** decimals
  const amounts = notes.map((note) => Math.ceil(dueMinor / (note * scale)) * note * scale)
  return [...new Set(amounts)]
    .filter((amount) => amount > dueMinor)
    .sort((a, b) => a - b)
    .slice(0, maxSuggestions)
}
