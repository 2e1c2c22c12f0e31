// `_local/` documents: of this replica only, in no feed, with a plain counter for a revision.
import type { LocalDocument, LocalWrite, LocalWriteResult, Revision } from './document-database.ts'
import type { Rows } from './document-rows.ts'
import type { WriteQueue } from './write-queue.ts'

export function createLocalDocuments(rows: Rows, queue: WriteQueue) {
  return {
    read(id: string): LocalDocument | undefined {
      const row = rows.local.get(id)
      return row === undefined ? undefined : { id, rev: `0-${row.number}`, body: row.body }
    },
    write(id: string, body: string | undefined, rev?: Revision): Promise<LocalWriteResult> {
      return queue.run(id.length + (body?.length ?? 0) + 100, () => write({ id, body, rev }))
    },
    /** Inside a transaction. */
    apply: write,
    ids(limit: number): string[] {
      return rows.localIds.all(limit).map(({ id }) => id)
    },
  }

  function write({ id, body, rev }: LocalWrite): LocalWriteResult {
    const number = rows.local.get(id)?.number
    if (rev !== undefined && rev !== `0-${number ?? 0}`) return { kind: 'conflict' }
    if (rev !== undefined && number === undefined && body === undefined) return { kind: 'conflict' }
    if (body === undefined) {
      rows.deleteLocal.run(id)
      return { kind: 'stored', rev: '0-0' }
    }
    const next = (number ?? 0) + 1
    rows.putLocal.run(id, next, body)
    return { kind: 'stored', rev: `0-${next}` }
  }
}
