/** What one body says differently from another, field by field: content only, not who wrote it when. */
import { isContentField } from './content-fields.ts'
import { isSameJson } from './same-json.ts'

type Fields = Readonly<Record<string, unknown>>

export interface FieldChange {
  readonly field: string
  /** Absent when the standing body has no such field. */
  readonly standing?: unknown
  /** Absent when the field is to be removed. */
  readonly requested?: unknown
}

/** Sorted by field. */
export function changesBetween(standing: Fields, requested: Fields): readonly FieldChange[] {
  const names = new Set([...Object.keys(standing), ...Object.keys(requested)])
  return [...names]
    .filter(isContentField)
    .filter((name) => !isSameJson(standing[name], requested[name]))
    .sort()
    .map((field) => ({
      field,
      ...(standing[field] === undefined ? {} : { standing: standing[field] }),
      ...(requested[field] === undefined ? {} : { requested: requested[field] }),
    }))
}
