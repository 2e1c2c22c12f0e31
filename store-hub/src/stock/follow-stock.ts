// Takes what the store writes into the stock file, a few documents at a time, behind everything else.
//
// 1. A position moves with what it stands for, so a kill at any time costs nothing but work done twice.
// 2. A file of another epoch, or one that is ahead of the store, belongs to another life of it: all is derived anew.
// 3. Whoever asks gets what the store held at that moment, or is told that it is not all.
import { setImmediate as yieldTurn } from 'node:timers/promises'
import { classOfDatabase, type StockLevel } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import type { ChangedDocument, Store } from '../store/index.ts'
import type { StockFile } from './stock-file.ts'

type Fields = Readonly<Record<string, unknown>>

export interface StockFollower {
  start(): void
  /** Resolves with true when everything that the store holds is taken in; false when that takes longer than `patienceMs`. */
  catchUp(patienceMs: number): Promise<boolean>
  level(sku: string): StockLevel | undefined
  file: Pick<StockFile, 'generation' | 'levelsAfter' | 'included'>
  close(): Promise<void>
}

export interface StockFollowerOptions {
  readonly store: Store
  readonly file: StockFile
  readonly logger: FastifyBaseLogger
}

const batchSize = 100
/** Lets writes of one moment share a transaction. */
const gatherMs = 250
const retryMs = 5000
const stockIds = /^(journal|movement|count):/

export function followStock({ store, file, logger }: StockFollowerOptions): StockFollower {
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> | undefined
  const end = new AbortController()
  const ending = end.signal
  const positions = new Map(file.positions())
  if (file.epoch() !== store.uuid || isAhead(store, positions)) {
    file.beginAnew(store.uuid)
    positions.clear()
  }

  const names = (): string[] => store.names().filter(holdsStock)
  const lagging = (): string | undefined =>
    names().find((name) => (store.database(name)?.updateSequence ?? 0) > (positions.get(name) ?? 0))

  function takeBatch(name: string): void {
    const changes =
      store.database(name)?.changes({ since: positions.get(name) ?? 0, limit: batchSize, bodies: true }) ?? []
    const sequence = changes.at(-1)?.sequence
    if (sequence === undefined) return
    const documents = changes.filter(({ id, deleted }) => !deleted && stockIds.test(id)).map(documentOf)
    file.take({ database: name, sequence, documents }, readEntry)
    positions.set(name, sequence)
  }

  /** A void may be of another month than its sale. */
  function readEntry(id: string): Fields | undefined {
    for (const name of names()) {
      const stored = store.database(name)?.read(id)
      if (stored !== undefined && !stored.deleted) return documentOf({ id, body: stored.body })
    }
    return undefined
  }

  async function takeAll(): Promise<void> {
    for (;;) {
      const name = ending.aborted ? undefined : lagging()
      if (name === undefined) return
      takeBatch(name)
      // Sales and their replication come first.
      await yieldTurn()
    }
  }
  const pass = (): Promise<void> => {
    work ??= takeAll().finally(() => (work = undefined))
    return work
  }
  const schedule = (delayMs: number): void => {
    if (ending.aborted || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      pass().catch((error: unknown) => {
        logger.error({ err: error }, 'stock could not take in changes')
        schedule(retryMs)
      })
    }, delayMs)
  }
  const endings = [
    store.onWrite((name) => {
      if (holdsStock(name)) schedule(gatherMs)
    }),
    // The store begins a new epoch with the documents that it has: what was taken in of them is still true.
    store.onEpochChange(({ uuid }) => file.setEpoch(uuid)),
  ]

  return {
    start: () => schedule(0),
    async catchUp(patienceMs) {
      if (lagging() === undefined) return true
      const patience = new Promise<void>((resolve) => setTimeout(resolve, patienceMs).unref())
      await Promise.race([pass(), patience])
      return lagging() === undefined
    },
    level: file.level,
    file,
    async close() {
      end.abort()
      clearTimeout(timer)
      endings.forEach((end) => end())
      await work?.catch(() => undefined)
      file.close()
    },
  }
}

function holdsStock(database: string): boolean {
  const entityClass = classOfDatabase(database)
  return entityClass === 'sales' || entityClass === 'inventory'
}

function isAhead(store: Store, positions: ReadonlyMap<string, number>): boolean {
  return [...positions].some(([name, sequence]) => sequence > (store.database(name)?.updateSequence ?? 0))
}

function documentOf({ id, body }: Pick<ChangedDocument, 'id' | 'body'>): Fields {
  return { ...(JSON.parse(body ?? '{}') as Fields), _id: id }
}
