/** Rows of a view, checked before they are believed. */
import type { Static, TSchema } from 'typebox'
import { describeProblems, schemaProblems } from '@tidemark/contracts'

export function checkedRow<Schema extends TSchema>(schema: Schema, row: unknown): Static<Schema> {
  const problems = schemaProblems(schema, row)
  if (problems.length > 0) throw new Error(`unexpected row of a view: ${describeProblems(problems)}`)
  return row as Static<Schema>
}
