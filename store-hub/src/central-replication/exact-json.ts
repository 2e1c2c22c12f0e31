/** JSON whose numbers survive being read and written again, beyond what a JavaScript number holds. */

/** More digits than a double keeps for sure. */
const longNumber = /[0-9]{16}|[0-9]\.[0-9]{15}/

/** Parses; a number that would change is kept as its text, and comes out of `JSON.stringify` as it went in. */
export function parseExactly(text: string): unknown {
  return longNumber.test(text) ? JSON.parse(text, keepNumber) : JSON.parse(text)
}

// The third argument of a reviver and `JSON.rawJSON` are newer than TypeScript's library.
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON

function keepNumber(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJson(source) : value
}
