import { classOfDatabase } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import type { Store } from '../store/index.ts'

export interface Follower {
  start(): void
  /** Takes in all databases as they are now. */
  catchUp(): Promise<void>
  stop(): Promise<void>
}

export const logDatabase = 'sync-log'
/** Lets writes of one moment share an entry. */
const gatherMs = 200
const retryMs = 2000
const longestRetryMs = 60_000

/** Calls `derive` for each class database that was written to, one at a time; a failure is tried again, ever later. */
export function followStore(
  store: Store,
  logger: FastifyBaseLogger,
  derive: (name: string) => Promise<void>,
): Follower {
  const dirty = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()
  let stopped = false
  let failures = 0
  const follows = (name: string): boolean => name !== logDatabase && classOfDatabase(name) !== undefined

  const drain = async (): Promise<void> => {
    for (const name of dirty) {
      dirty.delete(name)
      try {
        await derive(name)
      } catch (error) {
        dirty.add(name)
        throw error
      }
    }
    failures = 0
  }
  const pass = (): Promise<void> => {
    const next = work.then(drain)
    work = next.catch(() => undefined)
    return next
  }
  const schedule = (delayMs: number): void => {
    if (stopped || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      pass().catch((error: unknown) => {
        failures += 1
        logger.error({ err: error, failures }, 'sync log could not take in changes')
        schedule(Math.min(longestRetryMs, retryMs * 2 ** Math.min(failures - 1, 10)))
      })
    }, delayMs)
  }
  const note = (name: string): void => {
    if (!follows(name)) return
    dirty.add(name)
    schedule(gatherMs)
  }
  const unsubscribe = store.onWrite(note)

  return {
    start: () => store.names().forEach(note),
    async catchUp() {
      store
        .names()
        .filter(follows)
        .forEach((name) => dirty.add(name))
      await pass()
    },
    async stop() {
      stopped = true
      unsubscribe()
      clearTimeout(timer)
      // What is still open is taken in at the next start.
      await pass().catch((error: unknown) => logger.warn({ err: error }, 'sync log closes behind its databases'))
    },
  }
}
