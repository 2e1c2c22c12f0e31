/** Whether an answer of the hub is what its schema says. What checks schemas is fetched behind the first picture: see `views/app.ts`. */
import type { schemaProblems } from '@tidemark/contracts'

export type Schema = Parameters<typeof schemaProblems>[0]

export async function fitsSchema(schema: Schema, value: unknown): Promise<boolean> {
  const { schemaProblems } = await import('@tidemark/contracts/check-document')
  return schemaProblems(schema, value).length === 0
}
