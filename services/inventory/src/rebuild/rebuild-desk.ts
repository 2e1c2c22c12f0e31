/** One rebuild at a time, and how far it is. Nothing of it outlives the process: it is simply begun again. */
import { Type } from 'typebox'
import type { FastifyBaseLogger } from 'fastify'
import { serviceErrorCodes } from '@tidemark/contracts'
import {
  CouchError,
  ensureDatabase,
  ensureDesignDocument,
  HttpProblem,
  notFound,
  type CouchClient,
} from '@tidemark/service-kit'
import { createStockHandler } from '../events/stock-changes.ts'
import { stockDesign } from '../stores/design/stock-views.ts'
import { openStock, type Stock } from '../stores/stock-store.ts'
import { compareStock, readAllSources, type Difference, type Progress } from './build-beside.ts'

export interface Rebuild extends Progress {
  readonly status: 'reading' | 'comparing' | 'done' | 'failed'
  readonly startedAt: string
  readonly endedAt: string | null
  readonly differenceCount: number
  /** The first hundred. */
  readonly differences: readonly Difference[]
  readonly problem: string | null
}

export interface RebuildDesk {
  /** Throws a 409 while one runs. */
  begin(): Rebuild
  /** The last one. Throws a 404 before the first. */
  get(): Rebuild
  stop(): Promise<void>
}

export interface RebuildParts {
  readonly client: CouchClient
  readonly stock: Stock
  readonly logger: FastifyBaseLogger
  readonly now: () => Date
}

const besideDatabase = 'stock-rebuild'
const maxDifferencesShown = 100

export function openRebuildDesk({ client, stock, logger, now }: RebuildParts): RebuildDesk {
  const stopping = new AbortController()
  const { signal } = stopping
  let current: Rebuild | undefined
  let running: Promise<void> | undefined

  function change(fields: Partial<Rebuild>): void {
    if (current !== undefined) current = { ...current, ...fields }
  }

  async function deleteBeside(): Promise<void> {
    try {
      await client.request(Type.Object({}), { method: 'DELETE', path: besideDatabase })
    } catch (error) {
      const isAbsent = error instanceof Error && error.name === 'DatabaseMissingError'
      if (!isAbsent && !(error instanceof CouchError && error.status === 404)) throw error
    }
  }

  async function build(): Promise<Partial<Rebuild>> {
    await deleteBeside()
    const database = await ensureDatabase(client, besideDatabase)
    await ensureDesignDocument(database, stockDesign)
    const rebuilt = openStock(database, client)
    const handle = createStockHandler({ stock: rebuilt, logger, countAlarms: () => undefined, now })
    await readAllSources({ client, handle, signal, report: change })
    change({ status: 'comparing' })
    const differences = await compareStock(stock, rebuilt, signal, (comparedSkus) => change({ comparedSkus }))
    const shown = differences.slice(0, maxDifferencesShown)
    if (differences.length > 0) logger.error({ differences: shown }, 'stock in use is not what its documents say')
    return { status: 'done', differenceCount: differences.length, differences: shown }
  }

  async function run(): Promise<void> {
    const end = await build().catch((error: unknown): Partial<Rebuild> => {
      const problem = error instanceof Error ? error.message : String(error)
      logger.warn({ reason: problem }, 'a rebuild did not come to its end')
      return { status: 'failed', problem }
    })
    await deleteBeside().catch((error: unknown) => logger.warn({ err: error }, 'a rebuilt stock was left behind'))
    // Whoever sees the end may begin the next one.
    running = undefined
    change({ ...end, endedAt: now().toISOString() })
  }

  return {
    begin() {
      if (running !== undefined) throw new HttpProblem(409, serviceErrorCodes.conflict, 'a rebuild is running')
      current = {
        status: 'reading',
        startedAt: now().toISOString(),
        endedAt: null,
        documents: 0,
        total: 0,
        rejected: 0,
        comparedSkus: 0,
        differenceCount: 0,
        differences: [],
        problem: null,
      }
      running = run()
      return current
    },
    get() {
      if (current === undefined) throw notFound('no rebuild was begun since the service started')
      return current
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
