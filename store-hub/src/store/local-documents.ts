// `_local/` documents: of this replica only, in no feed, with a plain counter for a revision.
import type { LocalDocument, LocalWriteResult, Revision } from './document-database.ts'
import type { Rows } from './document-rows.ts'
import type { WriteQueue } from './write-queue.ts'

export function createLocalDocuments(rows: Rows, queue: WriteQueue) {
  return {
    read(id: string): LocalDocument | undefined {
      const row = rows.local.get(id)
      return row === undefined ? undefined : { id, rev: `0-${row.number}`, body: row.body }
    },
    write(id: string, body: string | undefined, rev?: Revision): Promise<LocalWriteResult> {
      return queue.run(id.length + (body?.length ?? 0) + 100, () => write(id, body, rev))
    },
    ids(limit: number): string[] {
      return rows.localIds.all(limit).map(({ id }) => id)
    },
  }

  function write(id: string, body: string | undefined, rev: Revision | undefined): LocalWriteResult {
    const number = rows.local.get(id)?.number
    const present = number === undefined ? undefined : `0-${number}`
    if (rev !== undefined && rev !== present && !(present === undefined && rev === '0-0')) return { kind: 'conflict' }
    if (body === undefined) {
      rows.deleteLocal.run(id)
      return { kind: 'stored', rev: '0-0' }
    }
    const next = (number ?? 0) + 1
    rows.putLocal.run(id, next, body)
    return { kind: 'stored', rev: `0-${next}` }
  }
}
