import type { DocumentDatabase } from '../store/index.ts'
import type { SequenceFormat } from './sequences.ts'

/** What `GET /db` answers, in the shape of CouchDB 3. */
export function describeDatabase(database: DocumentDatabase, name: string, sequences: SequenceFormat): object {
  const info = database.info()
  const { fileBytes, activeBytes } = database.sizes()
  const sequence = (value: number): unknown => JSON.parse(sequences.text(value))
  return {
    db_name: name,
    purge_seq: sequence(0),
    update_seq: sequence(info.updateSequence),
    sizes: { file: fileBytes, external: activeBytes, active: activeBytes },
    props: {},
    doc_del_count: info.deletedCount,
    doc_count: info.documentCount,
    disk_format_version: 8,
    compact_running: info.compactRunning,
    cluster: { q: 1, n: 1, w: 1, r: 1 },
    instance_start_time: '0',
  }
}
