// What one run of one way of a database does, and what it has to remember between runs.
//
// 1. "Pushed through N" is answered only by a run that began at N and came to its end.
// 2. Documents that central refuses by themselves are recorded and offered again; they are never silently passed.
// 3. PouchDB's checkpoint passes refused documents as it goes. After a run that failed, or a process that was killed, we
//    can't know which, so the next good run asks central whether it has everything since our own last note.
import { centralDatabaseOf } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { pouchOf } from '../pouchdb/index.ts'
import type { PouchDatabase } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'
import type { SyncLog } from '../sync-log/index.ts'
import type { Refusals } from '../terminals/index.ts'
import { CentralError, type CentralLine } from './central-line.ts'
import type { Route } from './links.ts'
import type { Progress } from './progress.ts'
import { replicateOnce, revisionsBetween, type RunOutcome } from './replicate-once.ts'

export interface LinkRunsOptions {
  readonly store: Store
  readonly storeId: string
  readonly line: CentralLine
  readonly syncLog: SyncLog
  readonly refusals: Refusals
  readonly logger: FastifyBaseLogger
  /** How often a document that central refuses is offered again, milliseconds; default a minute. */
  readonly offerAgainMs?: number | undefined
  /** Ends runs that are under way. */
  readonly stopping: AbortSignal
}

export interface FinishedRun {
  readonly progress: Progress
  /** Central's sequence when a pull began, undefined for a push. */
  readonly remoteSequence: string | undefined
  /** The local database was written to during the run. */
  readonly isBehind: boolean
}

export interface LinkRuns {
  /** Rejects when the run did not come to its end; then call `failed`. */
  run(route: Route, progress: Progress): Promise<FinishedRun>
  failed(route: Route, error: unknown): void
  /** True when refused documents are due to be offered again. */
  wantsOffer(route: Route, progress: Progress): boolean
}

const batchSize = 200
const defaultOfferAgainMs = 60_000
/** A run that has gone on this long is ended and begun again from its checkpoint. */
const longestRunMs = 15 * 60_000

export function createLinkRuns(options: LinkRunsOptions): LinkRuns {
  const { store, storeId, line } = options
  const offerAgainMs = options.offerAgainMs ?? defaultOfferAgainMs
  const ensured = new Map<string, Promise<void>>()
  const lastOfferMs = new Map<string, number>()
  /** Databases whose push has come to its end since the last failure. */
  const sure = new Set<string>()

  // Push and pull share the answer: a second PUT during the first would be told "exists" before it does.
  const ensureRemote = async (database: string): Promise<void> => {
    const making = ensured.get(database) ?? line.ensureDatabase(centralDatabaseOf(storeId, database))
    ensured.set(database, making)
    await making.catch((error: unknown) => {
      ensured.delete(database)
      throw error
    })
  }

  const replicate = async (
    { database, direction }: Route,
    local: PouchDatabase,
    documentIds?: readonly string[],
  ): Promise<RunOutcome> => {
    const run = new AbortController()
    const abort = (): void => run.abort()
    const limit = setTimeout(abort, longestRunMs)
    options.stopping.addEventListener('abort', abort, { once: true })
    if (options.stopping.aborted) abort()
    try {
      const { signal } = run
      const remote = line.remote(centralDatabaseOf(storeId, database), signal)
      const only = documentIds === undefined ? {} : { documentIds }
      return await replicateOnce({ direction, local, remote, batchSize, signal, ...only })
    } finally {
      clearTimeout(limit)
      options.stopping.removeEventListener('abort', abort)
    }
  }

  const findMissing = async (
    { database }: Route,
    local: PouchDatabase,
    progress: Progress,
    through: number,
  ): Promise<string[]> => {
    const found: string[] = []
    for await (const revisions of revisionsBetween(local, progress.sequence, through)) {
      found.push(...(await line.missing(centralDatabaseOf(storeId, database), revisions)))
    }
    return found
  }

  /** The refused ids that remain. They are behind PouchDB's checkpoint, so only we remember to offer them. */
  const offerAgain = async (route: Route, local: PouchDatabase, earlier: readonly string[]): Promise<string[]> => {
    if (earlier.length === 0) return []
    if (!isOfferDue(route.database)) return [...earlier]
    lastOfferMs.set(route.database, Date.now())
    const again = await replicate(route, local, earlier)
    return again.refused.map(({ id }) => id)
  }
  const isOfferDue = (database: string): boolean => Date.now() - (lastOfferMs.get(database) ?? 0) >= offerAgainMs

  const push = async (route: Route, local: PouchDatabase, progress: Progress): Promise<FinishedRun> => {
    const { database } = route
    const sequence = await sequenceOf(local)
    const outcome = await replicate(route, local)
    const refused = new Map(outcome.refused.map(({ id, reason }) => [id, reason]))
    if (!sure.has(database)) {
      const missing = await findMissing(route, local, progress, sequence)
      const unknown = missing.filter((id) => !refused.has(id) && !progress.refused.includes(id))
      for (const id of unknown) refused.set(id, 'central does not have it, and gave no reason')
    }
    await report(options, route, outcome.documentsWritten, refused)
    const earlier = progress.refused.filter((id) => !refused.has(id))
    const remaining = [...refused.keys(), ...(await offerAgain(route, local, earlier))]
    sure.add(database)
    return {
      progress: { sequence, lastSuccessAt: new Date().toISOString(), refused: remaining },
      remoteSequence: undefined,
      isBehind: (await sequenceOf(local)) > sequence,
    }
  }

  const pull = async (route: Route, local: PouchDatabase): Promise<FinishedRun> => {
    const remoteSequence = await line.updateSequence(centralDatabaseOf(storeId, route.database))
    const { documentsWritten, refused } = await replicate(route, local)
    // The own store refuses nothing that central has; if it ever does, the pull is not a success.
    if (refused.length > 0) throw new Error(`${refused[0]?.id} from central could not be stored: ${refused[0]?.reason}`)
    await report(options, route, documentsWritten, new Map())
    const progress = { sequence: 0, lastSuccessAt: new Date().toISOString(), refused: [] }
    return { progress, remoteSequence, isBehind: false }
  }

  return {
    async run(route, progress) {
      const local = pouchOf(store.database(route.database))
      if (local === undefined) throw new Error(`the database ${route.database} is not open`)
      await ensureRemote(route.database)
      return route.direction === 'push' ? push(route, local, progress) : pull(route, local)
    },
    failed({ database, direction }, error) {
      if (direction === 'push') sure.delete(database)
      // A database that was removed at central is made again at the next run.
      if (isMissing(error)) ensured.delete(database)
    },
    wantsOffer: ({ database }, { refused }) => refused.length > 0 && isOfferDue(database),
  }
}

async function sequenceOf(database: PouchDatabase): Promise<number> {
  return Number((await database.info()).update_seq)
}

async function report(
  { refusals, syncLog, logger }: LinkRunsOptions,
  { database, direction }: Route,
  documentsWritten: number,
  refused: ReadonlyMap<string, string>,
): Promise<void> {
  const documentsRefused = refused.size
  if (documentsRefused > 0) {
    const documents = [...refused].map(([id, reason]) => ({ id, rev: undefined, reason, text: undefined }))
    await refusals.record({ database, origin: 'central', documents })
  }
  if (documentsWritten === 0 && documentsRefused === 0) return
  logger.info({ database, direction, documentsWritten, documentsRefused }, 'replicated')
  // The log's own journey is not logged: each such entry would have to travel again.
  if (database === 'sync-log') return
  await syncLog.append({ kind: 'replication-run', database, direction, documentsWritten, documentsRefused })
}

function isMissing(error: unknown): boolean {
  const status = error instanceof CentralError ? error.status : (error as { status?: unknown } | null)?.status
  return status === 404
}
