/** Figures and tables as a person reads them. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `1234567` → `1.2 MB` */
export function formatBytes(bytes: number): string {
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step] ?? ''}`
}

/** `1234567` → `1 234 567` */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ')
}

/** `1 document`, `1 234 documents` */
export function formatDocuments(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'document' : 'documents'}`
}

const steps = [
  { seconds: 86_400, unit: 'd' },
  { seconds: 3600, unit: 'h' },
  { seconds: 60, unit: 'min' },
  { seconds: 1, unit: 's' },
] as const

/** The two largest units: `3 h 12 min`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.floor(milliseconds / 1000))
  const parts: string[] = []
  for (const { seconds, unit } of steps) {
    const amount = Math.floor(rest / seconds)
    rest -= amount * seconds
    if (amount > 0) parts.push(`${amount} ${unit}`)
  }
  return parts.slice(0, 2).join(' ') || '0 s'
}

/** `4 min ago`; `never` for null. */
export function formatAgo(time: string | null, nowMs: number): string {
  if (time === null) return 'never'
  const passedMs = nowMs - Date.parse(time)
  return passedMs < 1000 ? 'just now' : `${formatDuration(passedMs).split(' ').slice(0, 2).join(' ')} ago`
}

export interface Column {
  readonly title: string
  readonly right?: boolean
}

/** Aligned columns with a heading; the last one is not padded. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map(({ title }) => title)
  const widths = columns.map((_, index) => Math.max(...[titles, ...rows].map((row) => widthOf(row[index] ?? ''))))
  const line = (row: readonly string[]): string =>
    columns
      .map(({ right }, index) => pad(row[index] ?? '', widths[index] ?? 0, right === true))
      .join('  ')
      .trimEnd()
  return [titles, ...rows].map(line).join('\n')
}

/** `name   value` lines. */
export function formatFields(fields: readonly (readonly [string, string])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n')
}

/** Control characters in data from elsewhere must not reach a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

const widthOf = (text: string): number => [...text].length

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? space + text : text + space
}
