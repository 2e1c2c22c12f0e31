/** How far the log has taken in each database: the `throughSequence` of its last `documents-stored` entry. */
import { syncLogId, type SyncLogEntry } from '@tidemark/contracts'
import { readDocument } from '../hub-state/index.ts'
import type { PouchDatabase } from '../pouchdb/index.ts'

export type Cursors = Record<string, number>

const cursorsId = '_local/cursors'
const pageSize = 500

/** Saved cursors, brought forward by every entry after them. */
export async function readCursors(database: PouchDatabase, epoch: string): Promise<Cursors> {
  const saved = await readDocument(database, cursorsId)
  const usable = saved?.['epoch'] === epoch
  const cursors: Cursors = usable ? { ...(saved['cursors'] as Cursors) } : {}
  let number = usable ? Number(saved['number']) : 0
  for (;;) {
    const page = await database.allDocs({
      startkey: syncLogId(epoch, number + 1),
      endkey: `log:${epoch}:\ufff0`,
      limit: pageSize,
      include_docs: true,
    })
    for (const row of page.rows) {
      const { event } = row.doc as unknown as SyncLogEntry
      if (event.kind === 'documents-stored') cursors[event.database] = event.throughSequence
    }
    if (page.rows.length < pageSize) return cursors
    number += page.rows.length
  }
}

export async function saveCursors(
  database: PouchDatabase,
  epoch: string,
  number: number,
  cursors: Cursors,
): Promise<void> {
  const present = await readDocument(database, cursorsId)
  const revision = present?._rev === undefined ? {} : { _rev: present._rev }
  await database.put({ _id: cursorsId, ...revision, epoch, number, cursors: { ...cursors } })
}
