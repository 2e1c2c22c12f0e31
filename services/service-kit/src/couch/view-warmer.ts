/**
 * Keeps views up to date behind the writes. CouchDB builds a view when it is asked, and whoever asks first after a long
 * backlog would wait for all of it.
 */
import type { FastifyBaseLogger } from 'fastify'
import { DatabaseMissingError, describeError, UnavailableError } from '../errors.ts'
import { backoffMs, pause } from '../pause.ts'
import type { CouchDatabase } from './couch-database.ts'
import type { DesignDocument } from './prepare-database.ts'

export interface ViewWarmer {
  /** Something was written. */
  touch(): void
  /** A query that is under way is left to end by itself: building a view may take longer than a drain. */
  stop(): void
}

const everyMs = 1000

/**
 * Builds every view that is not up to date; resolves when all answer, or when the signal says stop. A view that takes longer than a
 * request may is asked again: CouchDB builds on meanwhile. Throws when the database or a view is not there.
 */
export async function buildViews(
  database: CouchDatabase,
  designs: readonly DesignDocument[],
  signal: AbortSignal,
  logger: FastifyBaseLogger,
): Promise<void> {
  const stopped = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => stopped.resolve(), { once: true })
  for (const design of designs) {
    for (const view of Object.keys(design.views)) {
      for (let tries = 0; !signal.aborted; tries += 1) {
        try {
          await Promise.race([database.view(design.name, view, { limit: 1 }), stopped.promise])
          break
        } catch (error) {
          if (!(error instanceof UnavailableError) || error instanceof DatabaseMissingError) throw error
          logger.info({ view, tries, reason: error.message }, 'a view is being built')
          await pause(backoffMs(tries), signal)
        }
      }
    }
  }
}

export function startViewWarmer(
  database: CouchDatabase,
  designs: readonly DesignDocument[],
  logger: FastifyBaseLogger,
): ViewWarmer {
  const stopping = new AbortController()
  // What was written before this process began may not be in the views yet.
  let written = true

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (written) {
        written = false
        await warm()
      }
      await pause(everyMs, stopping.signal)
    }
  }

  async function warm(): Promise<void> {
    for (const design of designs) {
      for (const view of Object.keys(design.views)) {
        if (stopping.signal.aborted) return
        try {
          await database.view(design.name, view, { limit: 1 })
        } catch (error) {
          // Nothing depends on it: the next question builds the view, only later.
          written = true
          logger.debug({ view, reason: describeError(error) }, 'a view could not be brought up to date')
        }
      }
    }
  }

  void run()
  return {
    touch() {
      written = true
    },
    stop() {
      stopping.abort()
    },
  }
}
