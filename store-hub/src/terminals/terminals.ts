// Tills of the store: who is enrolled, and whose token this is.
//
//   POST /api/terminals ──► queue ──► catalog: terminal:<incarnation>   (the put allocates the ordinal)
//                                └──► hub-state: token:<sha-256>        (the token itself is never stored)
//
// 1. An incarnation is given out once: the ordinal lies above every enrolment and every receipt that the hub knows of.
// 2. A token of a replaced incarnation still delivers its own receipts: what a till sold before its lane was taken over,
//    unsent, must arrive. A revoked one does nothing, whoever revoked it: this hub or head office.
import { createHash, randomBytes } from 'node:crypto'
import {
  clockNodeOfHub,
  errorCodes,
  incarnationIdOf,
  parseIncarnation,
  schemaVersion,
  terminalIdOf,
  type Enrolment,
  type EnrolmentRequest,
  type HybridClock,
  type StoreInfo,
  type Terminal,
} from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { HubError } from '../errors.ts'
import { isStatus, saveDocument, type HubState } from '../hub-state/index.ts'
import type { PouchDatabase } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'
import type { SyncLog } from '../sync-log/index.ts'
import { highestOrdinal, readTerminals } from './terminal-documents.ts'

export interface TerminalsOptions {
  readonly store: Store
  readonly catalog: PouchDatabase
  readonly state: HubState
  readonly storeId: string
  readonly storeName: string
  readonly clock: HybridClock
  readonly syncLog: SyncLog
  readonly logger: FastifyBaseLogger
  /** False while enrolments of an earlier hub may be unknown here. */
  readonly isReady: () => boolean
}

export interface TokenHolder {
  readonly incarnation: string
  /** Another device has taken the lane: only receipts of the own series are still accepted. */
  readonly isReplaced: boolean
}

export interface Terminals {
  storeInfo(): StoreInfo
  /** Throws a HubError: `not-ready`, or `lane-taken` with the `incarnation` unless it is to be replaced. */
  enrol(request: EnrolmentRequest, options: { replace: boolean }): Promise<Enrolment>
  /** Whose token it is, undefined when it is unknown or revoked. */
  authenticate(token: string): TokenHolder | undefined
  /** The till of an incarnation, undefined when it is unknown or revoked. */
  holderOf(incarnation: string): TokenHolder | undefined
  enrolled(): number
  /** Calls `listener` when tokens may have stopped working. */
  onRevoked(listener: () => void): () => void
  close(): void
}

const tokenBytes = 32
const reloadDelayMs = 100
const maxAllocations = 1000

export async function createTerminals(options: TerminalsOptions): Promise<Terminals> {
  const { catalog, state, storeId, syncLog, logger } = options
  const tokens = await readTokens(state)
  let terminals = await readTerminals(catalog, storeId)
  const listeners = new Set<() => void>()
  let queue: Promise<unknown> = Promise.resolve()
  let reloadTimer: NodeJS.Timeout | undefined

  const enrolledTerminals = (): Terminal[] => [...terminals.values()].filter(({ status }) => status === 'enrolled')
  const reload = async (): Promise<void> => {
    const before = enrolledTerminals().length
    terminals = await readTerminals(catalog, storeId)
    if (enrolledTerminals().length !== before) listeners.forEach((listener) => listener())
  }
  // Head office revokes by changing the document, which comes down with the catalogue.
  const unsubscribe = options.store.onWrite((database) => {
    if (database !== 'catalog') return
    reloadTimer ??= setTimeout(() => {
      reloadTimer = undefined
      reload().catch((error: unknown) => logger.error({ err: error }, 'enrolled terminals could not be read'))
    }, reloadDelayMs)
  })

  const replaceTerminal = async (terminal: Terminal): Promise<void> => {
    await saveDocument(catalog, terminal._id, (present) => ({
      ...(present ?? terminal),
      status: 'replaced',
      at: options.clock.now(),
      by: { id: 'hub', role: 'system' },
    }))
    await reload()
    await syncLog.append({ kind: 'terminal-replaced', incarnation: terminal.incarnation })
  }

  const allocate = async (terminalId: string, request: EnrolmentRequest): Promise<string> => {
    let ordinal = (await highestOrdinal(options.store, terminals, terminalId)) + 1
    for (let attempt = 1; ; attempt += 1, ordinal += 1) {
      const incarnation = incarnationIdOf(terminalId, ordinal)
      try {
        await catalog.put({ ...terminalDocument(options, terminalId, incarnation, request) })
        return incarnation
      } catch (error) {
        if (!isStatus(error, 409) || attempt === maxAllocations) throw error
      }
    }
  }

  const enrolNow = async (request: EnrolmentRequest, replace: boolean): Promise<Enrolment> => {
    if (!options.isReady()) {
      throw new HubError(errorCodes.notReady, 'This hub has not yet heard from head office; try again in a moment')
    }
    await reload()
    const holders = enrolledTerminals().filter(({ lane }) => lane === request.lane)
    const holder = holders[0]
    if (holder !== undefined && !replace) {
      const detail = `Lane ${request.lane} belongs to ${holder.incarnation}`
      throw new HubError(errorCodes.laneTaken, detail, { fields: { incarnation: holder.incarnation } })
    }
    for (const terminal of holders) await replaceTerminal(terminal)
    const terminalId = terminalIdOf(storeId, request.lane)
    const incarnation = await allocate(terminalId, request)
    const token = randomBytes(tokenBytes).toString('base64url')
    await saveDocument(state, tokenId(token), () => ({ incarnation, issuedAt: new Date().toISOString() }))
    tokens.set(tokenId(token), incarnation)
    await reload()
    await syncLog.append({ kind: 'terminal-enrolled', incarnation })
    return { storeId, terminalId, incarnation, token, epoch: options.store.uuid }
  }

  const holderOf = (incarnation: string): TokenHolder | undefined => {
    const status = terminals.get(incarnation)?.status
    return status === undefined || status === 'revoked' ? undefined : { incarnation, isReplaced: status === 'replaced' }
  }

  return {
    storeInfo: () => ({
      storeId,
      name: options.storeName,
      epoch: options.store.uuid,
      lanes: enrolledTerminals().map(({ lane, incarnation, label }) => ({
        lane,
        incarnation,
        ...(label !== undefined && { label }),
      })),
    }),
    enrol(request, { replace }) {
      // One at a time, so that two requests for a lane can't both find it free.
      const result = queue.then(() => enrolNow(request, replace))
      queue = result.catch(() => undefined)
      return result
    },
    authenticate(token) {
      const incarnation = tokens.get(tokenId(token))
      return incarnation === undefined ? undefined : holderOf(incarnation)
    },
    holderOf,
    enrolled: () => enrolledTerminals().length,
    onRevoked(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      unsubscribe()
      clearTimeout(reloadTimer)
    },
  }
}

function terminalDocument(
  { storeId, clock }: TerminalsOptions,
  terminalId: string,
  incarnation: string,
  { lane, label }: EnrolmentRequest,
): Terminal {
  return {
    _id: `terminal:${incarnation}`,
    type: 'terminal',
    schemaVersion,
    storeId,
    at: clock.now(),
    by: { id: clockNodeOfHub(storeId), role: 'system' },
    terminalId,
    incarnation,
    lane,
    ...(label !== undefined && { label }),
    status: 'enrolled',
  }
}

// A hash of 32 random bytes needs no salt and no slow function: there is nothing to guess.
function tokenId(token: string): string {
  return `token:${createHash('sha256').update(token).digest('hex')}`
}

async function readTokens(state: HubState): Promise<Map<string, string>> {
  const { rows } = await state.allDocs({ startkey: 'token:', endkey: 'token:\ufff0', include_docs: true })
  const pairs = rows.map((row): [string, unknown] => [row.id, row.doc?.['incarnation']])
  return new Map(
    pairs.filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string' && parseIncarnation(pair[1]) !== undefined,
    ),
  )
}
