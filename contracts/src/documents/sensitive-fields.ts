/**
 * Fields that say something about a person or a payment. A schema marks such a field with `sensitive`, and nothing else names it:
 * a terminal keeps these fields sealed on its disk, and they are plain again in what replicates.
 */
import type { TSchema } from 'typebox'
import { documentTypeOf } from './document-types.ts'

/** The way to a field, such as `['payments', '*', 'token']`; `*` is every item of an array. */
export type FieldPath = readonly string[]

type Schema = Readonly<Record<string, unknown>>

const pathsOfSchemas = new WeakMap<object, readonly FieldPath[]>()

/** Sensitive fields of a document of this type; none for a type that this release does not know. */
export function sensitivePathsOf(type: unknown): readonly FieldPath[] {
  const schema: TSchema | undefined = documentTypeOf(type)?.schema
  if (schema === undefined) return []
  const known = pathsOfSchemas.get(schema)
  if (known !== undefined) return known
  const paths = findSensitive(schema as Schema)
  pathsOfSchemas.set(schema, paths)
  return paths
}

function findSensitive(schema: Schema): FieldPath[] {
  if (schema['sensitive'] === true) return [[]]
  const below = (step: string, part: unknown) => findSensitive(part as Schema).map((path) => [step, ...path])
  const found = [
    ...Object.entries((schema['properties'] as object | undefined) ?? {}).flatMap(([name, part]) => below(name, part)),
    ...(schema['items'] === undefined ? [] : below('*', schema['items'])),
    ...((schema['anyOf'] as Schema[] | undefined) ?? []).flatMap(findSensitive),
  ]
  return [...new Map(found.map((path) => [path.join('/'), path])).values()]
}
