/**
 * A decision in the making: for each field that differs, whose value it takes. Pure.
 *
 *     sides ──┐
 *             ├──► draft: a value for each differing field ──► order: choose a side | take the suggestion | merge a body
 *     hint ───┘
 *
 * A draft that comes to what one side has, or to the suggestion, is ordered as such: the desk then writes down who won.
 */
import { isContentField, isSameJson } from '@tidemark/contracts'
import type { ConflictCase } from './answers.ts'

type Body = Readonly<Record<string, unknown>>

export type Pick =
  | { readonly kind: 'side'; readonly rev: string }
  | { readonly kind: 'suggestion' }
  | { readonly kind: 'own'; readonly value: unknown }

/** By field. What is not in it takes the value that the draft began with. */
export type Draft = Readonly<Record<string, Pick>>

export interface FieldRow {
  readonly name: string
  /** Undefined where the ancestor is not known any more. */
  readonly base: { readonly value: unknown } | undefined
  readonly sides: readonly { readonly rev: string; readonly value: unknown; readonly isChanged: boolean }[]
  readonly suggested: { readonly value: unknown } | undefined
  readonly differs: boolean
}

export type Order =
  | { readonly kind: 'choose'; readonly rev: string }
  | { readonly kind: 'suggestion' }
  | { readonly kind: 'merge'; readonly body: Body }

const neverShown = new Set(['type', 'storeId'])

/** Fields that people wrote, those that differ first. */
export function fieldRows({
  leaves,
  base,
  suggestion,
}: SomeOfCase<'leaves' | 'base' | 'suggestion'>): readonly FieldRow[] {
  const names = new Set([...leaves.map(({ body }) => body), base?.body ?? {}].flatMap((body) => Object.keys(body)))
  const rows = [...names]
    .filter((name) => isContentField(name) && !neverShown.has(name))
    .map((name) => rowOf(name, leaves, base?.body, suggestion))
  return rows.sort((a, b) => Number(b.differs) - Number(a.differs))
}

type SomeOfCase<Names extends keyof ConflictCase> = { readonly [Name in Names]: ConflictCase[Name] }

function rowOf(
  name: string,
  leaves: ConflictCase['leaves'],
  base: Body | undefined,
  suggestion: Body | null,
): FieldRow {
  const sides = leaves.map(({ rev, body }) => {
    const value = body[name]
    return { rev, value, isChanged: base !== undefined && !isSameJson(value, base[name]) }
  })
  return {
    name,
    base: base === undefined ? undefined : { value: base[name] },
    sides,
    suggested: suggestion === null ? undefined : { value: suggestion[name] },
    differs: sides.some(({ value }) => !isSameJson(value, sides[0]?.value)),
  }
}

/** What a field comes to. Without a pick: the suggestion, and where there is none the side that everybody sees. */
export function valueOf(row: FieldRow, draft: Draft): unknown {
  const pick = draft[row.name]
  if (pick?.kind === 'own') return pick.value
  if (pick?.kind === 'side') return row.sides.find(({ rev }) => rev === pick.rev)?.value
  return row.suggested === undefined ? row.sides[0]?.value : row.suggested.value
}

/** Every differing field from one side. */
export function wholeSide(rows: readonly FieldRow[], rev: string): Draft {
  return Object.fromEntries(rows.filter(({ differs }) => differs).map(({ name }) => [name, { kind: 'side', rev }]))
}

export function orderOf(conflict: ConflictCase, rows: readonly FieldRow[], draft: Draft): Order {
  const comesTo = (other: (row: FieldRow) => unknown): boolean =>
    rows.every((row) => isSameJson(valueOf(row, draft), other(row)))
  const picks = Object.values(draft)
  const isUntouched = picks.every(({ kind }) => kind === 'suggestion')
  if (conflict.suggestion !== null && isUntouched) return { kind: 'suggestion' }
  for (const { rev } of conflict.leaves) {
    if (comesTo((row) => row.sides.find((side) => side.rev === rev)?.value)) return { kind: 'choose', rev }
  }
  if (conflict.suggestion !== null && comesTo((row) => row.suggested?.value)) return { kind: 'suggestion' }
  const start = conflict.suggestion ?? conflict.leaves[0]?.body ?? {}
  const body: Record<string, unknown> = { ...start }
  for (const row of rows) {
    const value = valueOf(row, draft)
    if (value === undefined) delete body[row.name]
    else body[row.name] = value
  }
  return { kind: 'merge', body: withoutRevision(body) }
}

function withoutRevision(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name === '_id' || !name.startsWith('_')))
}

/** The text of a value for an input; what is no plain text is JSON. */
export function editText(name: string, value: unknown, minorPerUnit: number): string {
  if (value === undefined) return ''
  if (name.endsWith('Minor') && typeof value === 'number') {
    return (value / minorPerUnit).toFixed(Math.round(Math.log10(minorPerUnit)))
  }
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ')
  return JSON.stringify(value)
}

export type Edited = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string }

/** The other way round; `like` is a value that the field has, and says what kind of value it takes. */
export function readText(name: string, text: string, like: unknown, minorPerUnit: number): Edited {
  const trimmed = text.trim()
  if (name.endsWith('Minor')) {
    const digits = Math.round(Math.log10(minorPerUnit))
    const pattern = digits === 0 ? /^\d{1,12}$/ : new RegExp(`^\\d{1,12}([.,]\\d{1,${digits}})?$`)
    if (!pattern.test(trimmed)) return { ok: false, problem: 'must be an amount, such as 1.19' }
    return { ok: true, value: Math.round(Number(trimmed.replace(',', '.')) * minorPerUnit) }
  }
  if (typeof like === 'number') {
    const value = Number(trimmed)
    const isWhole = trimmed !== '' && Number.isInteger(value)
    return isWhole ? { ok: true, value } : { ok: false, problem: 'must be a whole number' }
  }
  if (Array.isArray(like) && like.every((item) => typeof item === 'string')) {
    return { ok: true, value: trimmed === '' ? [] : trimmed.split(/\s*,\s*/) }
  }
  if (typeof like === 'string' || like === undefined) return { ok: true, value: text }
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch {
    return { ok: false, problem: 'is not JSON' }
  }
}
