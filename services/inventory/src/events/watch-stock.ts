/**
 * Follows the stock and tells people what they should look at.
 *
 *     changes of `stock` ──► SKUs that moved ──► level of each ──► exceptions opened or closed ──► checkpoint
 *
 * 1. It is driven by the changes feed of the service's own database, so nothing that moved is forgotten by a crash.
 * 2. The checkpoint moves after everything before it was looked at. Looking twice changes nothing.
 * 3. It reads as far as the feed goes before it looks at a SKU, so a backlog costs one look for each SKU and not one for each sale.
 */
import type { FastifyBaseLogger } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type, type Static } from 'typebox'
import type { CouchClient, CouchDatabase } from '@tidemark/service-kit'

export interface StockWatchParts {
  readonly client: CouchClient
  /** The service's own. */
  readonly database: CouchDatabase
  readonly logger: FastifyBaseLogger
  /** Looks at SKUs that moved; called with at most `skusBetweenStops`. */
  readonly look: (moved: readonly MovedSku[]) => Promise<void>
  /** Milliseconds between rounds. */
  readonly everyMs: number
}

export interface MovedSku {
  readonly storeId: string
  readonly sku: string
}

export interface StockWatch {
  /** Finishes the round in hand. */
  stop(): Promise<void>
}

const Sequence = Type.Union([Type.String(), Type.Number()])
const Changes = Type.Object({
  results: Type.Array(Type.Object({ doc: Type.Optional(Type.Record(Type.String(), Type.Unknown())) })),
  last_seq: Sequence,
})
const Line = Type.Object({ sku: Type.String() })

const checkpointId = 'stock-watch'
const changesPerRead = 500
const maxSkusPerLook = 2000
/** A service that is told to stop finishes no more than these. */
const skusBetweenStops = 100

export function watchStock({ client, database, logger, look, everyMs }: StockWatchParts): StockWatch {
  const stopping = new AbortController()

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedAt = Date.now()
      try {
        await round()
      } catch (error) {
        logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'stock could not be looked at')
      }
      // No more than half of the time, so that documents that wait to be taken in are not held up by it.
      const pauseMs = Math.min(30_000, Math.max(everyMs, Date.now() - startedAt))
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  async function round(): Promise<void> {
    // Read anew each time: when the database was made again, so was its checkpoint.
    const since = await readCheckpoint()
    const moved = new Map<string, MovedSku>()
    let next: Static<typeof Sequence> = since
    for (let isMore = true; isMore && moved.size < maxSkusPerLook && !stopping.signal.aborted;) {
      const { results, last_seq } = await client.request(Changes, {
        path: `${encodeURIComponent(database.name)}/_changes`,
        query: { since: next, limit: changesPerRead, include_docs: true },
      })
      for (const { doc } of results) for (const one of movedBy(doc)) moved.set(`${one.storeId} ${one.sku}`, one)
      next = last_seq
      isMore = results.length === changesPerRead
    }
    if (next === since) return
    const all = [...moved.values()]
    for (let from = 0; from < all.length; from += skusBetweenStops) {
      // The checkpoint stays, so the next process looks at them again.
      if (stopping.signal.aborted) return
      await look(all.slice(from, from + skusBetweenStops))
    }
    await database.putLocal(checkpointId, { since: next })
  }

  async function readCheckpoint(): Promise<Static<typeof Sequence>> {
    const stored = (await database.getLocal(checkpointId))?.['since']
    return typeof stored === 'string' || typeof stored === 'number' ? stored : 0
  }

  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function movedBy(doc: Readonly<Record<string, unknown>> | undefined): readonly MovedSku[] {
  if (doc?.['type'] === 'count-effect') {
    return [{ storeId: String(doc['storeId']), sku: String(doc['sku']) }]
  }
  if (doc?.['type'] === 'stock-effect') return linesOf(doc)
  const reversal = doc?.['type'] === 'void-effect' ? doc['reversal'] : undefined
  return typeof reversal === 'object' && reversal !== null ? linesOf(reversal as Readonly<Record<string, unknown>>) : []
}

function linesOf({ storeId, lines }: Readonly<Record<string, unknown>>): readonly MovedSku[] {
  const list = Array.isArray(lines) ? (lines as Static<typeof Line>[]) : []
  return list.map(({ sku }) => ({ storeId: String(storeId), sku }))
}
