/**
 * What is checked of a journal entry before it is recorded. An entry whose form is right is recorded whatever its figures
 * say, and flagged; only what can't be read as an entry of its store is rejected, and is then kept with its reason.
 */
import { checkDocument, documentTypeOf, schemaProblems, type Problem } from '@tidemark/contracts'
import { authoredBody, checkSource, checkSourceId, type SourceDocument } from '@tidemark/service-kit'

export type EntryRule = 'hash' | 'lines' | 'totals' | 'payments'

export interface Finding {
  readonly rule: EntryRule
  /** JSON pointer into the entry. */
  readonly field: string
  readonly message: string
}

/** Which findings a field belongs to; a problem of any other field makes the entry unfit for the ledger. */
const ruleOfField: readonly (readonly [prefix: string, rule: EntryRule])[] = [
  ['/hash', 'hash'],
  ['/lines/', 'lines'],
  ['/totals', 'totals'],
  ['/payments', 'payments'],
]

/** Documents that were checked on their way in and are right: a hash is too dear to be made twice. */
const faultless = new WeakSet<Readonly<Record<string, unknown>>>()

/** The kit's check, without its verdict on figures and hash. */
export function checkJournalSource(source: SourceDocument): ReturnType<typeof checkSource> {
  const result = checkSource(source)
  if (result.ok) {
    faultless.add(source.document)
    return result
  }
  const schema = documentTypeOf(source.document['type'])?.schema
  if (!checkSourceId(source).ok || schema === undefined || source.document['storeId'] !== source.storeId) return result
  if (schemaProblems(schema, source.document).length > 0) return result
  const isRecordable = checkDocument(source.database, source.document).every(({ field }) => ruleOf(field) !== undefined)
  return isRecordable ? { ok: true, document: source } : result
}

/** Findings of an entry that `checkJournalSource` let pass. Empty for all but a few. */
export function findingsOf(source: SourceDocument): readonly Finding[] {
  if (faultless.has(source.document)) return []
  return checkDocument(source.database, authoredBody(source.document)).map(findingOf)
}

function findingOf({ field, message }: Problem): Finding {
  return { rule: ruleOf(field) ?? 'totals', field, message }
}

function ruleOf(field: string): EntryRule | undefined {
  return ruleOfField.find(([prefix]) => field.startsWith(prefix))?.[1]
}
