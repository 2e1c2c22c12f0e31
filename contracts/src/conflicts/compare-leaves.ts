/** What differs between the leaves of a document, field by field, for the person who decides. */
import { isSameJson } from './same-json.ts'

export interface ComparedLeaf {
  readonly rev: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface FieldDifference {
  /** JSON pointer (RFC 6901) into the document, such as `/priceMinor` or `/lines/0/quantity`. */
  readonly field: string
  /** One for each leaf, in the order of the leaves; without `value` where the leaf has no such field. */
  readonly values: readonly { readonly rev: string; readonly value?: unknown }[]
}

interface Side {
  readonly rev: string
  readonly value?: unknown
}

/** Sorted by field. Arrays are compared item by item when they are of one length, and as a whole when not. */
export function compareLeaves(leaves: readonly ComparedLeaf[]): readonly FieldDifference[] {
  return differencesAt(
    '',
    leaves.map(({ rev, body }) => ({ rev, value: body })),
  )
}

function differencesAt(field: string, sides: readonly Side[]): FieldDifference[] {
  const [first, ...others] = sides
  if (first === undefined || others.every((side) => isSame(side, first))) return []
  const values = sides.map(({ value }) => value)
  if (values.every(isObject)) {
    const names = new Set(values.flatMap((value) => Object.keys(value)))
    return [...names].sort().flatMap((name) => differencesAt(`${field}/${escapePointer(name)}`, stepInto(sides, name)))
  }
  if (haveOneLength(values)) {
    return Array.from({ length: values[0]?.length ?? 0 }, (_, index) => String(index)).flatMap((name) =>
      differencesAt(`${field}/${name}`, stepInto(sides, name)),
    )
  }
  return [{ field, values: sides }]
}

function stepInto(sides: readonly Side[], name: string): readonly Side[] {
  return sides.map(({ rev, value }) => {
    const fields = value as Readonly<Record<string, unknown>>
    return Object.hasOwn(fields, name) ? { rev, value: fields[name] } : { rev }
  })
}

function isSame(a: Side, b: Side): boolean {
  return 'value' in a === 'value' in b && isSameJson(a.value, b.value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function haveOneLength(values: readonly unknown[]): values is readonly (readonly unknown[])[] {
  const [first] = values
  return Array.isArray(first) && values.every((value) => Array.isArray(value) && value.length === first.length)
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
