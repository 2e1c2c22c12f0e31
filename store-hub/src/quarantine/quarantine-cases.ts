// Where the quarantine keeps its cases. One small document per case, which changes, and one with the exact text, which doesn't:
//
//   case:<id>   who, what, why, how often, state            text:<id>   {"text": "<as it came in>"}
//
// 1. A case and its text are written in one transaction.
// 2. Cases (not texts) are in memory: their number is bounded.
import type { QuarantineState } from '@tidemark/contracts'
import type { DocumentDatabase, DocumentWrite, Revision } from '../store/index.ts'

/** A refused document, without its text. */
export interface QuarantineCase {
  readonly id: string
  readonly database: string
  readonly origin: string
  readonly documentId: string
  readonly rev: string | null
  readonly replicated: boolean
  readonly reason: string
  readonly state: QuarantineState
  readonly firstAt: string
  readonly lastAt: string
  readonly count: number
  /** `count` when the sync log was told last */
  readonly loggedCount: number
  readonly textBytes: number | null
  readonly decision: { readonly at: string; readonly by: string; readonly reason?: string } | null
}

export interface CaseWrite {
  readonly item: QuarantineCase
  /** only with a new case */
  readonly text?: string | undefined
}

export interface QuarantineCases {
  size(): number
  all(): Iterable<QuarantineCase>
  get(id: string): QuarantineCase | undefined
  text(id: string): string | null
  /** Resolves when all are on disk; nothing of it can be seen before. */
  save(writes: readonly CaseWrite[]): Promise<void>
  remove(ids: readonly string[]): Promise<void>
}

interface Kept {
  readonly item: QuarantineCase
  readonly rev: Revision
}

const caseKey = (id: string): string => `case:${id}`
const textKey = (id: string): string => `text:${id}`
const pageSize = 500

/** One writer at a time: the caller sees to it that `save` and `remove` don't overlap. */
export function openQuarantineCases(database: DocumentDatabase): QuarantineCases {
  const kept = readCases(database)

  const write = async (writes: readonly DocumentWrite[]): Promise<Revision[]> => {
    const results = await database.write(writes)
    return results.map((result) => {
      if (result.kind === 'conflict') throw new Error(`quarantine: ${result.id} was changed by someone else`)
      return result.rev
    })
  }

  return {
    size: () => kept.size,
    *all() {
      for (const { item } of kept.values()) yield item
    },
    get: (id) => kept.get(id)?.item,
    text(id) {
      const body = database.read(textKey(id))?.body
      return body === undefined ? null : textOf(body)
    },
    async save(writes) {
      const cases = writes.map(({ item }) => edit(caseKey(item.id), kept.get(item.id)?.rev, JSON.stringify(item)))
      const texts = writes.flatMap(({ item, text }) =>
        text === undefined ? [] : [edit(textKey(item.id), undefined, JSON.stringify({ text }))],
      )
      const revisions = await write([...cases, ...texts])
      for (const [index, { item }] of writes.entries()) kept.set(item.id, { item, rev: revisions[index] ?? '' })
    },
    async remove(ids) {
      const present = ids.flatMap((id) => {
        const rev = kept.get(id)?.rev
        return rev === undefined ? [] : [removal(caseKey(id), rev), ...removalOf(database, textKey(id))]
      })
      await write(present)
      for (const id of ids) kept.delete(id)
    },
  }
}

const edit = (id: string, rev: Revision | undefined, body: string): DocumentWrite => ({
  kind: 'edit',
  id,
  ...(rev !== undefined && { rev }),
  deleted: false,
  body,
})

const removal = (id: string, rev: Revision): DocumentWrite => ({ kind: 'edit', id, rev, deleted: true, body: '{}' })

function removalOf(database: DocumentDatabase, id: string): DocumentWrite[] {
  const head = database.head(id)
  return head === undefined || head.deleted ? [] : [removal(id, head.rev)]
}

function readCases(database: DocumentDatabase): Map<string, Kept> {
  const kept = new Map<string, Kept>()
  for (let startKey = caseKey(''); ;) {
    const page = database.list({ startKey, endKey: caseKey('g'), limit: pageSize, bodies: true })
    for (const { rev, body } of page) {
      const item = JSON.parse(body ?? '{}') as QuarantineCase
      kept.set(item.id, { item, rev })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return kept
    startKey = `${last.id}\u0000`
  }
}

function textOf(body: string): string | null {
  const { text } = JSON.parse(body) as { text?: unknown }
  return typeof text === 'string' ? text : null
}
