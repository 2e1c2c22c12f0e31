/** Asks a part of the system for JSON, briefly. What shows a system that is broken must not break with it. */
import type { Static, TSchema } from 'typebox'
import { schemaProblems } from '@tidemark/contracts'

/** The first question after a start waits for an index to be built. */
const answerTimeoutMs = 5000

export type Answer<Body> =
  /** Absent: the part answered that it knows nothing of it (404). */
  { readonly kind: 'found'; readonly body: Body } | { readonly kind: 'absent' } | { readonly kind: 'silent' }

/** `token`: for parts that want one. */
export async function ask<Schema extends TSchema>(
  schema: Schema,
  url: string,
  token?: string,
): Promise<Answer<Static<Schema>>> {
  try {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(answerTimeoutMs) })
    if (response.status === 404) {
      await response.body?.cancel()
      return { kind: 'absent' }
    }
    const body: unknown = await response.json()
    if (!response.ok || schemaProblems(schema, body).length > 0) return { kind: 'silent' }
    return { kind: 'found', body: body as Static<Schema> }
  } catch {
    return { kind: 'silent' }
  }
}
