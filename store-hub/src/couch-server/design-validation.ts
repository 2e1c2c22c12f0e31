// `validate_doc_update` of design documents. As with views, the functions are an administrator's, kept apart from ours
// by a `vm` context, and stopped after two seconds.
import { compileFunction } from '../pouchdb/index.ts'
import type { DocumentDatabase } from '../store/index.ts'
import { readSecurity } from './local-documents.ts'
import type { CouchPrincipal, DocumentRefusal } from './options.ts'

/** Design documents can be written past this server too: those are looked for this often. */
const LOOK_AGAIN_MS = 1_000
const MAX_DESIGN_DOCUMENTS = 1_000

const CALL = `
  const [document, previous, user, security] = JSON.parse(input)
  try { given(document, previous, user, security) } catch (thrown) {
    const { forbidden, unauthorized } = Object(thrown)
    if (unauthorized !== undefined) return JSON.stringify({ error: 'unauthorized', reason: String(unauthorized) })
    return JSON.stringify({ error: 'forbidden', reason: String(forbidden === undefined ? thrown : forbidden) })
  }
  return ''`

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

/** Whether the database's own functions refuse a document, both documents given as JSON text. Undefined when they don't. */
export function validateByDesign(
  database: DocumentDatabase,
  { name, roles }: CouchPrincipal,
  document: () => string,
  previous: () => string | undefined,
): DocumentRefusal | undefined {
  const functions = findFunctions(database)
  if (functions.length === 0) return undefined
  const user = JSON.stringify({ db: database.name, name, roles })
  const input = `[${document()},${previous() ?? 'null'},${user},${readSecurity(database)}]`
  for (const validate of functions) {
    const refusal = run(validate, input)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function run(validate: Validate, input: string): DocumentRefusal | undefined {
  try {
    const answer = validate(input)
    return answer === '' ? undefined : (JSON.parse(answer) as DocumentRefusal)
  } catch (error) {
    return { error: 'forbidden', reason: `validate_doc_update: ${error instanceof Error ? error.message : 'failed'}` }
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
    const reason = `validate_doc_update: ${error instanceof Error ? error.message : 'can not be compiled'}`
    return [() => JSON.stringify({ error: 'forbidden', reason })]
  }
}
