// A Mango query without an index: the documents in the order of their ids, page by page, until enough are found.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DocumentDatabase, ListedDocument } from '../store/index.ts'
import { documentText } from './document-text.ts'
import type { Selector } from './selector.ts'
import { compileSelector, selectIds } from './selector.ts'

export interface ScanRequest {
  readonly selector: Selector
  readonly fields: readonly string[] | undefined
  readonly limit: number
  readonly skip: number
  /** exclusive */
  readonly after: string | undefined
}

export interface ScanResult {
  readonly docs: readonly object[]
  /** where the next page goes on, undefined when nothing was found */
  readonly lastId: string | undefined
}

const PAGE = 100

/** Others get their turn after every page. */
export async function scanDocuments(database: DocumentDatabase, request: ScanRequest): Promise<ScanResult> {
  const { startKey, endKey, isEmpty, selector } = selectIds(request.selector)
  const matches = compileSelector(selector)
  const docs: object[] = []
  let { skip } = request
  let lastId: string | undefined
  if (isEmpty) return { docs, lastId }
  // Each page begins again at the last id of the page before, which is left out.
  let last = request.after
  let from = laterId(startKey, last)
  const end = endKey === undefined ? {} : { endKey }
  while (docs.length < request.limit) {
    const page = database.list({ ...(from === undefined ? {} : { startKey: from }), ...end, limit: PAGE, bodies: true })
    for (const listed of page) {
      if (listed.id === last || listed.id.startsWith('_design/')) continue
      const document = parse(listed)
      if (!matches(document)) continue
      if (skip > 0) {
        skip -= 1
        continue
      }
      docs.push(request.fields === undefined ? document : project(document, request.fields))
      lastId = listed.id
      if (docs.length === request.limit) break
    }
    if (page.length < PAGE) break
    last = page.at(-1)?.id
    from = last
    await nextTurn()
  }
  return { docs, lastId }
}

/** The later of two in the order of ids, which is that of their bytes. */
function laterId(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 ? b : a
}

const parse = ({ id, rev, deleted, body = '{}' }: ListedDocument): Record<string, unknown> =>
  JSON.parse(documentText({ id, rev, deleted, body })) as Record<string, unknown>

/** Only these fields; a dot goes into an object, `\\.` is a dot in a name. */
function project(document: Record<string, unknown>, fields: readonly string[]): object {
  const result: Record<string, unknown> = {}
  for (const field of fields) copyField(document, result, splitField(field))
  return result
}

const splitField = (field: string): string[] => field.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'))

function copyField(from: unknown, to: Record<string, unknown>, [name, ...rest]: readonly string[]): void {
  if (name === undefined || typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) return
  const value = (from as Record<string, unknown>)[name]
  if (rest.length === 0) {
    to[name] = value
    return
  }
  const inner = (Object.hasOwn(to, name) ? to[name] : {}) as Record<string, unknown>
  copyField(value, inner, rest)
  if (Object.keys(inner).length > 0) to[name] = inner
}
