/**
 * Merges bodies of one document field by field, without their ancestor: of each field the value that was changed last.
 *
 *     a  {name: Milk  @t1, price: 129 @t5}  ─┐
 *     b  {name: Milch @t3, price: 119 @t2}  ─┴─►  {name: Milch @t3, price: 129 @t5}
 *
 * 1. Order, grouping and repetition don't matter: each unit of fields is a greatest element in a total order, which is the unit's
 *    own time, or for a unit without any the document's stamp, and then the canonical text.
 * 2. A field that a body has not is a value too, so that a removal with a later time wins.
 * 3. Price, currency and unit of measure go together, and so do the stamp, its author and the trace.
 */
import canonicalize from 'canonicalize'
import { parseStamp } from '../clock/hlc.ts'
import { manualProductFields } from './choose-policy.ts'
import { stampOf } from './leaf-order.ts'

type Fields = Readonly<Record<string, unknown>>

/** What one body says of one unit of fields. */
interface Claim {
  readonly time: string
  readonly fields: Fields
  readonly times: Fields
  readonly text: string
}

const written = ['at', 'by', 'trace']
const apart = new Set([...written, 'fieldTimes', 'schemaVersion'])

/** `bodies` are at least one; replication fields (`_rev`, …) are left out, `_id` stays. */
export function mergeFields(bodies: readonly Fields[]): Fields {
  const units = unitsOf(bodies).map((names) => greatest(bodies.map((body) => claimOf(body, names))))
  const writing = greatest(bodies.map((body) => headerOf(body)))
  const versions = bodies.map(({ schemaVersion }) => schemaVersion).filter((version) => typeof version === 'number')
  const fieldTimes = Object.assign({}, ...units.map(({ times }) => times)) as Fields
  const hasTimes = bodies.some((body) => 'fieldTimes' in body)
  return {
    ...(Object.assign({}, ...units.map(({ fields }) => fields)) as Fields),
    ...writing.fields,
    ...(versions.length > 0 ? { schemaVersion: Math.max(...versions) } : {}),
    ...(hasTimes ? { fieldTimes } : {}),
  }
}

function unitsOf(bodies: readonly Fields[]): readonly (readonly string[])[] {
  const names = new Set(bodies.flatMap((body) => [...Object.keys(body), ...Object.keys(timesOf(body))]))
  const grouped = new Set(manualProductFields.flat())
  const single = [...names].filter((name) => isContent(name) && !grouped.has(name)).sort()
  return [...manualProductFields, ...single.map((name) => [name])]
}

function claimOf(body: Fields, names: readonly string[]): Claim {
  const fields = pick(body, names)
  const times = pick(timesOf(body), names)
  const stamps = Object.values(times).filter((time) => typeof time === 'string' && parseStamp(time) !== undefined)
  const own = (stamps as string[]).sort().at(-1)
  // '!' sorts before every digit: a field with a time of its own beats one without, whatever the document's stamp.
  return { time: own ?? `!${stampOf(body)}`, fields, times, text: textOf([fields, times]) }
}

function headerOf(body: Fields): Claim {
  const fields = pick(body, written)
  return { time: stampOf(body), fields, times: {}, text: textOf(fields) }
}

function greatest(claims: readonly Claim[]): Claim {
  return claims.reduce((best, claim) => {
    if (claim.time !== best.time) return claim.time > best.time ? claim : best
    return claim.text > best.text ? claim : best
  })
}

function timesOf(body: Fields): Fields {
  const times = body['fieldTimes']
  return typeof times === 'object' && times !== null && !Array.isArray(times) ? (times as Fields) : {}
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(fields, name) ? [[name, fields[name]]] : [])))
}

function isContent(name: string): boolean {
  return (name === '_id' || !name.startsWith('_')) && !apart.has(name)
}

function textOf(value: unknown): string {
  return canonicalize(value) ?? ''
}
