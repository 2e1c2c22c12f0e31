/**
 * RFC 8785 canonical JSON of what came out of `JSON.parse`: names in the order of their UTF-16 units, numbers and text as
 * ECMAScript writes them. The contracts hash such text; the audit also needs the text, as the bytes of its leaves.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`
  const fields = value as Readonly<Record<string, unknown>>
  const names = Object.keys(fields)
    .filter((name) => fields[name] !== undefined)
    .sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(fields[name])}`).join(',')}}`
}
