import { isDeepStrictEqual } from 'node:util'
import type { DocumentDatabase } from '../store/index.ts'
import type { QuarantineCase } from './quarantine-cases.ts'

/**
 * True when `database` holds the refused document: its revision with the same content, or, where it had none of its own, a
 * leaf with the same content. The id alone proves nothing: of two bodies with one id only the first was accepted.
 */
export function holdsContent(
  database: DocumentDatabase,
  { documentId, rev, replicated }: Pick<QuarantineCase, 'documentId' | 'rev' | 'replicated'>,
  text: string,
): boolean {
  const refused = contentOf(text)
  const revisions =
    replicated && rev !== null ? [rev] : (database.head(documentId)?.leaves ?? []).map((leaf) => leaf.rev)
  return revisions.some((revision) => {
    const stored = database.read(documentId, revision)
    return stored !== undefined && isDeepStrictEqual(contentOf(stored.body, stored.deleted), refused)
  })
}

/** What the owner of a document wrote, without the members of the protocol. Undefined for what is no JSON object. */
function contentOf(text: string, deleted?: boolean): Record<string, unknown> | undefined {
  const document = parseObject(text)
  if (document === undefined) return undefined
  const own = Object.entries(document).filter(([name]) => !name.startsWith('_'))
  return { deleted: deleted ?? document['_deleted'] === true, own: Object.fromEntries(own) }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
