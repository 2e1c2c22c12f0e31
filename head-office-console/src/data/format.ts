/** Figures and times as people read them, in the language of their browser. */

const moneyFormats = new Map<string, Intl.NumberFormat>()

/** `119`, `EUR` → `€1.19`. Without a currency a plain number. */
export function money(minor: number, currency: string | null | undefined): string {
  if (currency === null || currency === undefined) return count(minor)
  const format = moneyFormats.get(currency) ?? new Intl.NumberFormat(undefined, { style: 'currency', currency })
  moneyFormats.set(currency, format)
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(minor / 10 ** digits)
}

/** How many minor units make one of the currency: 100 of most, 1 of the yen. */
export function minorUnits(currency: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
  return 10 ** (maximumFractionDigits ?? 2)
}

const counts = new Intl.NumberFormat()

export function count(value: number): string {
  return counts.format(value)
}

/** `1 case`, `3 cases`. */
export function plural(value: number, word: string, words = `${word}s`): string {
  return `${count(value)} ${value === 1 ? word : words}`
}

/** Pieces as they are, grams in kilograms. */
export function quantity(value: number, unit: string | undefined): string {
  return unit === 'gram' ? `${(value / 1000).toFixed(3)} kg` : count(value)
}

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const clocks = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** ISO 8601, or an HLC stamp, which begins with one. */
export function moment(time: string): string {
  const date = dateOf(time)
  return date === undefined ? time : moments.format(date)
}

/** The time alone for today, the date with it for any other day. */
export function clock(time: string): string {
  const date = dateOf(time)
  if (date === undefined) return time
  const isToday = date.toDateString() === new Date().toDateString()
  return (isToday ? clocks : moments).format(date)
}

export function dateOf(time: string): Date | undefined {
  const date = new Date(time.slice(0, 24))
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** `42 s`, `5 min`, `3 h`, `2 days`. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

export function secondsBetween(from: string, to: string | number): number {
  const end = typeof to === 'number' ? to : Date.parse(to)
  return (end - Date.parse(from.slice(0, 24))) / 1000
}

/** `12 s ago`; `just now` for what is not a second old. */
export function ago(time: string, nowMs = Date.now()): string {
  const seconds = secondsBetween(time, nowMs)
  return seconds < 2 ? 'just now' : `${span(seconds)} ago`
}

/** The calendar day in a time zone, `2026-11-22`. */
export function dayIn(timeZone: string, now = new Date()): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(now)
}

/** `priceMinor` → `Price`, `taxCode` → `Tax code`. */
export function fieldLabel(name: string): string {
  const words = name
    .replace(/Minor$/, '')
    .replace(/^\//, '')
    .replaceAll('/', ' › ')
  const spaced = words.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

/** `documents-stored` → `Documents stored`. */
export function kindLabel(kind: string): string {
  const text = kind.replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A field of a document, as a person should read it. `body` says the currency of its prices. */
export function fieldText(name: string, value: unknown, body: Readonly<Record<string, unknown>> = {}): string {
  if (value === undefined) return '–'
  const currency = body['currency']
  if (name.endsWith('Minor') && typeof value === 'number' && typeof currency === 'string') return money(value, currency)
  if (name.endsWith('BasisPoints') && typeof value === 'number') return `${value / 100} %`
  if (typeof value === 'string') return value === '' ? '(empty)' : value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.length === 0 ? '(none)' : value.join(', ')
  }
  return JSON.stringify(value)
}
