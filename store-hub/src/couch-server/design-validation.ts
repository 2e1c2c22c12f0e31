// `validate_doc_update` of design documents. As with views, the functions are an administrator's, kept apart from ours
// by a `vm` context, and stopped after two seconds. They get all documents of a request at once, because to watch over the
// time of a call takes fifty times as long as a call.
import { compileFunction } from '../pouchdb/index.ts'
import type { DocumentDatabase } from '../store/index.ts'
import { readSecurity } from './local-documents.ts'
import type { CouchPrincipal, DocumentRefusal } from './options.ts'

/** Design documents can be written past this server too: those are looked for this often. */
const LOOK_AGAIN_MS = 1_000
const MAX_DESIGN_DOCUMENTS = 1_000

/** Each document with its stored one in; for each a refusal or null out. Users and rights are fresh for each: a function may change them. */
const CALL = `
  const [documents, user, security] = JSON.parse(input)
  const userText = JSON.stringify(user), securityText = JSON.stringify(security)
  return JSON.stringify(documents.map(function ([document, previous]) {
    try {
      given(document, previous, JSON.parse(userText), JSON.parse(securityText))
      return null
    } catch (thrown) {
      const { forbidden, unauthorized } = Object(thrown)
      if (unauthorized !== undefined) return { error: 'unauthorized', reason: String(unauthorized) }
      return { error: 'forbidden', reason: String(forbidden === undefined ? thrown : forbidden) }
    }
  }))`

type Validate = (input: string) => string

interface Known {
  readonly functions: readonly Validate[]
  readonly untilMs: number
}

const known = new WeakMap<DocumentDatabase, Known>()

/** To be called when a design document of the database was written. */
export function forgetValidation(database: DocumentDatabase): void {
  known.delete(database)
}

/** False for most databases: nobody has to bring documents into the form that such functions see. */
export function hasValidation(database: DocumentDatabase): boolean {
  return findFunctions(database).length > 0
}

/** A document to be written and the stored one of the same id, as JSON texts. */
export interface ValidatedWrite {
  readonly document: () => string
  readonly previous: () => string | undefined
}

/** For each write whether the database's own functions refuse it: a refusal, or undefined. */
export function validateByDesign(
  database: DocumentDatabase,
  { name, roles }: CouchPrincipal,
  writes: readonly ValidatedWrite[],
): readonly (DocumentRefusal | undefined)[] {
  const refusals = writes.map((): DocumentRefusal | undefined => undefined)
  if (writes.length === 0) return refusals
  const about = `${JSON.stringify({ db: database.name, name, roles })},${readSecurity(database)}`
  const texts = writes.map(({ document, previous }) => `[${document()},${previous() ?? 'null'}]`)
  for (const validate of findFunctions(database)) {
    for (const [index, refusal] of run(validate, texts, about).entries()) refusals[index] ??= refusal ?? undefined
  }
  return refusals
}

/** All together; when that fails, each by itself, so that one that takes too long is not blamed on its neighbours. */
function run(validate: Validate, texts: readonly string[], about: string): readonly (DocumentRefusal | null)[] {
  try {
    return JSON.parse(validate(`[[${texts.join(',')}],${about}]`)) as (DocumentRefusal | null)[]
  } catch (error) {
    if (texts.length > 1) return texts.flatMap((text) => run(validate, [text], about))
    const reason = `validate_doc_update: ${error instanceof Error ? error.message : 'failed'}`
    return [{ error: 'forbidden', reason }]
  }
}

function findFunctions(database: DocumentDatabase): readonly Validate[] {
  const present = known.get(database)
  if (present !== undefined && present.untilMs > Date.now()) return present.functions
  const range = { startKey: '_design/', endKey: '_design0', inclusiveEnd: false }
  const designs = database.list({ ...range, limit: MAX_DESIGN_DOCUMENTS, bodies: true })
  const functions = designs.flatMap(({ body = '{}' }) => readFunction(body))
  known.set(database, { functions, untilMs: Date.now() + LOOK_AGAIN_MS })
  return functions
}

function readFunction(body: string): Validate[] {
  if (!body.includes('"validate_doc_update"')) return []
  const { validate_doc_update: source } = JSON.parse(body) as { validate_doc_update?: unknown }
  if (typeof source !== 'string') return []
  try {
    return [compileFunction(source, CALL)]
  } catch (error) {
    // Like CouchDB: while a rule can't be read, nothing is known to be allowed.
    return [
      () => {
        throw error
      },
    ]
  }
}
