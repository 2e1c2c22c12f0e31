/** Sees to it that every store's database, and the catalogue, has the store rules: those that are there and those that come. */
import type { FastifyBaseLogger } from 'fastify'
import { parseCentralDatabase, sharedCentralDatabase } from '@tidemark/contracts'
import type { CouchClient } from '../couch/couch-client.ts'
import { openDatabase } from '../couch/couch-database.ts'
import { ensureDesignDocument } from '../couch/prepare-database.ts'
import { listDatabases } from '../couch/store-existence.ts'
import { DatabaseMissingError, describeError, UnavailableError } from '../errors.ts'
import { backoffMs, pause } from '../pause.ts'
import { storeRules } from './store-rules.ts'

export interface StoreRulesKeeper {
  stop(): Promise<void>
}

/** A database that was seen to have the rules is looked at again after this time, in case somebody removed them. */
const lookAgainMs = 600_000

export function keepStoreRules(client: CouchClient, logger: FastifyBaseLogger, everyMs: number): StoreRulesKeeper {
  const stopping = new AbortController()
  const seenAt = new Map<string, number>()

  async function round(): Promise<void> {
    const names = (await listDatabases(client)).filter(hasRules)
    const present = new Set(names)
    for (const name of seenAt.keys()) if (!present.has(name)) seenAt.delete(name)
    for (const name of names) {
      if (stopping.signal.aborted) return
      if (performance.now() - (seenAt.get(name) ?? -Infinity) < lookAgainMs) continue
      await ensureRules(name)
      seenAt.set(name, performance.now())
    }
  }

  async function ensureRules(name: string): Promise<void> {
    try {
      const written = await ensureDesignDocument(openDatabase(client, name), storeRules)
      if (written) logger.info({ database: name }, 'the store rules are in force')
    } catch (error) {
      // It was dropped between the list and this.
      if (!(error instanceof DatabaseMissingError)) throw error
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        await round()
        failures = 0
        await pause(everyMs, stopping.signal)
      } catch (error) {
        const waitMs = Math.max(everyMs, backoffMs(failures))
        failures += 1
        const level = error instanceof UnavailableError ? 'warn' : 'error'
        logger[level]({ reason: describeError(error), waitMs }, 'store rules could not be looked after; trying again')
        await pause(waitMs, stopping.signal)
      }
    }
  }

  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function hasRules(name: string): boolean {
  return name === sharedCentralDatabase || parseCentralDatabase(name) !== undefined
}
