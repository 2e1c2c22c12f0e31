// Reads documents, heads and pages of them. What is read in one turn of the event loop is of one state.
import type {
  ChangedDocument,
  ChangesRange,
  DocumentHead,
  IdRange,
  Leaf,
  ListedDocument,
  Revision,
  RevisionHistory,
  RevisionTree,
  StoredRevision,
} from './document-database.ts'
import { StoreError } from './errors.ts'
import type { BodyRow, DatabaseState, HeadBodyRow, HeadRow, Rows } from './document-rows.ts'
import { bodyChecksum, treeOf } from './document-writer.ts'
import { decodeTree, findNode, historyOf, leavesOf } from './stored-tree.ts'

export function createDocumentReader(rows: Rows, state: DatabaseState, name: string) {
  return {
    head(id: string): DocumentHead | undefined {
      const row = rows.head.get(id)
      return row === undefined ? undefined : toHead(row)
    },

    revisionTree(id: string): RevisionTree | undefined {
      const row = rows.document.get(id)
      return row === undefined ? undefined : treeOf(row)
    },

    history(id: string, rev: Revision): RevisionHistory | undefined {
      const row = rows.document.get(id)
      return row === undefined ? undefined : historyOf(treeOf(row), rev)
    },

    read(id: string, rev?: Revision): StoredRevision | undefined {
      const winner = rows.winner.get(id)
      if (winner === undefined) return undefined
      if (rev !== undefined && rev !== winner.rev) return readOther(id, rev)
      return { id, rev: winner.rev, deleted: winner.deleted === 1, body: sound(id, winner.rev, winner) }
    },

    changes({ since = 0, before, limit, descending = false, bodies = false }: ChangesRange): ChangedDocument[] {
      const order = descending ? 'd.sequence DESC' : 'd.sequence'
      const bounds = before === undefined ? [since] : [since, before]
      return rows
        .listing(bodies, before === undefined ? 'd.sequence > ?' : 'd.sequence > ? AND d.sequence < ?', order)
        .all(...bounds, limit, 0)
        .map((row) => toListed(row, bodies))
    },

    countChanges(since: number): number {
      const documents = state.documents + state.deleted
      if (since <= 0) return documents
      // Without a document that ever changed there is one for each sequence. Else it is counted: 100 ms for a million.
      if (documents === state.sequence) return Math.max(0, state.sequence - Math.floor(since))
      return rows.countChanges.get(since)?.count ?? 0
    },

    list(range: IdRange): ListedDocument[] {
      const { startKey, endKey, inclusiveEnd = true, descending = false, skip = 0, limit, bodies = false } = range
      const [from, to] = descending ? ['<', '>'] : ['>', '<']
      const where = [
        'd.deleted = 0',
        ...(startKey === undefined ? [] : [`d.id ${from}= ?`]),
        ...(endKey === undefined ? [] : [`d.id ${to}${inclusiveEnd ? '=' : ''} ?`]),
      ]
      const keys = [startKey, endKey].filter((key) => key !== undefined)
      return rows
        .listing(bodies, where.join(' AND '), descending ? 'd.id DESC' : 'd.id')
        .all(...keys, limit, skip)
        .map((row) => toListed(row, bodies))
    },
  }

  function readOther(id: string, rev: Revision): StoredRevision | undefined {
    const row = rows.document.get(id)
    const state = row === undefined ? undefined : findNode(treeOf(row), rev)?.[1]
    if (state?.body === undefined) return undefined
    return { id, rev, deleted: state.deleted === true, body: sound(id, rev, rows.body.get(state.body)) }
  }

  function toListed(row: HeadBodyRow, bodies: boolean): ChangedDocument {
    const head = toHead(row)
    return bodies ? { ...head, body: sound(row.id, row.rev, row) } : head
  }

  function toHead(row: HeadRow): DocumentHead {
    const deleted = row.deleted === 1
    const leaves: readonly Leaf[] =
      row.tree === null
        ? [{ rev: row.rev, deleted }]
        : leavesOf(decodeTree(row.tree)).map(({ rev, deleted }) => ({ rev, deleted }))
    return { id: row.id, sequence: row.sequence, rev: row.rev, deleted, leaves }
  }

  // What is damaged is not served, and leaving it out would let a checkpoint pass it.
  function sound(id: string, rev: Revision, row: BodyRow | undefined): string {
    const text = row?.text ?? undefined
    if (text !== undefined && row?.checksum === bodyChecksum(id, rev, text)) return text
    const state = text === undefined ? 'missing' : 'damaged'
    throw new StoreError(
      'database_unreadable',
      name,
      `The body of '${id}' ${rev} is ${state} in the database '${name}'`,
    )
  }
}
