/** The body that stands after a person's decision. */
import type { Author } from '../documents/document-header.ts'
import { changesBetween } from './changes-between.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * `wanted` with the stamp and the author of the decision, and for a document with times of fields, the time of the decision on
 * every field about which `others` say something else: an old copy that turns up later must not win against the decision.
 */
export function decidedBody(wanted: Fields, others: readonly Fields[], at: string, by: Author): Fields {
  const { trace: _trace, ...content } = Object.fromEntries(
    Object.entries(wanted).filter(([name]) => name === '_id' || !name.startsWith('_')),
  )
  const hasTimes = [wanted, ...others].some((body) => typeof body['fieldTimes'] === 'object')
  if (!hasTimes) return { ...content, at, by }
  const decided = others.flatMap((other) => changesBetween(other, wanted).map(({ field }) => [field, at] as const))
  const fieldTimes = { ...(content['fieldTimes'] as Fields | undefined), ...Object.fromEntries(decided) }
  return { ...content, at, by, fieldTimes }
}
