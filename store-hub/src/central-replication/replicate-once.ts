/** One run of one way of a database: PouchDB's one-shot replication with a guard and its results looked at. */
import type { PouchDatabase, PouchReplication } from '../pouchdb/index.ts'
import { describeError } from '../errors.ts'
import type { Direction } from './links.ts'

export interface RunOutcome {
  readonly documentsWritten: number
  /** Documents that the other side refused, each by itself. The checkpoint has passed them. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[]
}

export interface RunRequest {
  readonly direction: Direction
  readonly local: PouchDatabase
  readonly remote: PouchDatabase
  readonly batchSize: number
  readonly signal: AbortSignal
  /** Only these documents, past the checkpoint: to offer refused ones again. */
  readonly documentIds?: readonly string[]
}

/** Rejects unless the run came to its end; then everything up to the start of the run is on the other side or in `refused`. */
export async function replicateOnce(request: RunRequest): Promise<RunOutcome> {
  const { direction, local, remote, batchSize, signal, documentIds } = request
  signal.throwIfAborted()
  const options = {
    batch_size: batchSize,
    batches_limit: 2,
    ...(documentIds !== undefined && { doc_ids: documentIds, checkpoint: false as const }),
  }
  const replication: PouchReplication =
    direction === 'push' ? local.replicate.to(remote, options) : local.replicate.from(remote, options)
  const cancel = (): void => replication.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  const refused: { id: string; reason: string }[] = []
  replication.on('denied', (denial) => refused.push(refusalOf(denial)))
  try {
    const result = await replication
    if (!result.ok || result.status !== 'complete') throw new Error(`replication ended as ${result.status ?? 'not ok'}`)
    if (result.doc_write_failures > refused.length) {
      throw new Error(`${result.doc_write_failures} documents could not be written`)
    }
    return { documentsWritten: result.docs_written, refused }
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

const comparePage = 500

/** Leaf revisions by document id of the changes `after < sequence ≤ through`, in pages. */
export async function* revisionsBetween(
  local: PouchDatabase,
  after: number,
  through: number,
): AsyncGenerator<Record<string, string[]>> {
  for (let since = after; since < through;) {
    const { results } = await local.changes({ since, limit: comparePage, style: 'all_docs', return_docs: true })
    if (results.length === 0) return
    const within = results.filter(({ seq }) => Number(seq) <= through)
    yield Object.fromEntries(within.map(({ id, changes }) => [id, changes.map(({ rev }) => rev)]))
    since = Number(results.at(-1)?.seq)
  }
}

// The published form is {doc: result}; PouchDB 9 emits the result itself.
function refusalOf(denial: unknown): { id: string; reason: string } {
  const outer = denial as { doc?: { id?: string }; id?: string }
  const result = outer.doc ?? outer
  return { id: String(result.id), reason: describeError(result) }
}
