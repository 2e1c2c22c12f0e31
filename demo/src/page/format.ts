/** Words and numbers for people. */

/** 123456 and EUR → €1,234.56 */
export function money(minor: number, currency: string): string {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency }).format(minor / 100)
}

/** How long ago, in words: `just now`, `12 s`, `3 min`, `2 h 5 min`. */
export function span(fromIso: string, nowIso: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(nowIso) - Date.parse(fromIso)) / 1000))
  if (seconds < 3) return 'just now'
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** 09:41:07 in the viewer's own time. */
export function clock(iso: string): string {
  return new Intl.DateTimeFormat('en-IE', { timeStyle: 'medium' }).format(new Date(iso))
}

/** `(1, 'change')` → `1 change`; `(3, 'change')` → `3 changes`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-IE')} ${noun}${number === 1 ? '' : 's'}`
}

/** Pieces as they are, grams as kilograms. */
export function quantity(amount: number, unit: 'piece' | 'gram'): string {
  return unit === 'gram'
    ? `${(amount / 1000).toLocaleString('en-IE', { minimumFractionDigits: 3 })} kg`
    : String(amount)
}
