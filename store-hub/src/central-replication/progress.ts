/** How far each way of each database came, kept over restarts so that a start shows no false lag. */
import type { HubState } from '../hub-state/index.ts'
import { saveDocument } from '../hub-state/index.ts'

export interface Progress {
  /** The local sequence up to which everything was pushed; 0 for a pull. */
  readonly sequence: number
  readonly lastSuccessAt: string | null
  /** Ids of documents that central refuses; at most 1,000. */
  readonly refused: readonly string[]
}

const prefix = 'replication:'
const maxRefused = 1000

/** By `<database>/<direction>`. */
export async function readProgress(state: HubState): Promise<Map<string, Progress>> {
  const { rows } = await state.allDocs({ startkey: prefix, endkey: `${prefix}\ufff0`, include_docs: true })
  return new Map(
    rows.map(({ id, doc }) => [
      id.slice(prefix.length),
      {
        sequence: Number(doc?.['sequence'] ?? 0),
        lastSuccessAt: typeof doc?.['lastSuccessAt'] === 'string' ? doc['lastSuccessAt'] : null,
        refused: Array.isArray(doc?.['refused']) ? doc['refused'].map(String) : [],
      },
    ]),
  )
}

export async function saveProgress(state: HubState, key: string, progress: Progress): Promise<void> {
  await saveDocument(state, prefix + key, () => ({ ...progress, refused: progress.refused.slice(0, maxRefused) }))
}
