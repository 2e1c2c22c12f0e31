// Tills of the store: who is enrolled, and whose token this is.
//
//   POST /api/terminals ──► queue ──► catalog: terminal:<incarnation>   (the put allocates the ordinal; the till's public key is in it)
//   a signed challenge  ──► device-tokens ──► a token of minutes         (nothing of it is stored)
//
// 1. An incarnation is given out once: the ordinal lies above every enrolment and every receipt that the hub knows of.
// 2. A till of a replaced incarnation still delivers its own receipts: what it sold before its lane was taken over, unsent, must
//    arrive. A revoked one does nothing, whoever revoked it: this hub or head office.
// 3. Enrolling the same key on the same lane again gives the same enrolment: an answer that was lost costs nothing.
import {
  errorCodes,
  incarnationIdOf,
  terminalIdOf,
  type AccessRefusal,
  type Challenge,
  type DevicePublicKey,
  type DeviceToken,
  type Enrolment,
  type EnrolmentRequest,
  type HybridClock,
  type StoreInfo,
  type Terminal,
  type TokenRequest,
} from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { HubError } from '../errors.ts'
import { isStatus, saveDocument, type HubState } from '../hub-state/index.ts'
import type { PouchDatabase } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'
import type { SyncLog } from '../sync-log/index.ts'
import { createAccessLog } from './access-log.ts'
import { openBearerTokens } from './bearer-tokens.ts'
import { createDeviceTokens } from './device-tokens.ts'
import { createEnrolmentCodes, type EnrolmentCodes } from './enrolment-codes.ts'
import { openTokenKey } from './token-key.ts'
import { highestOrdinal, readTerminals, terminalDocument } from './terminal-documents.ts'

export interface TerminalsOptions {
  readonly store: Store
  readonly catalog: PouchDatabase
  readonly state: HubState
  /** Folder of the key that seals tokens. */
  readonly directory: string
  readonly storeId: string
  readonly storeName: string
  readonly clock: HybridClock
  readonly syncLog: SyncLog
  readonly logger: FastifyBaseLogger
  readonly enrolment: 'open' | 'code'
  readonly tokenLifetimeMs: number
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
  /** Throws a HubError: `not-ready`, `code-refused`, or `lane-taken` with the `incarnation` unless it is to be replaced. */
  enrol(request: EnrolmentRequest, options: { replace: boolean }): Promise<Enrolment>
  /** Throws a HubError `unauthorized` for an incarnation that is unknown or revoked, as `issueToken` does for a wrong answer. */
  challenge(incarnation: string): Challenge
  issueToken(request: TokenRequest): DeviceToken
  /** Gives an enrolment its key, against its bearer token, which ends. Throws a HubError `unauthorized`. */
  setKey(bearerToken: string | undefined, publicKey: DevicePublicKey): Promise<void>
  /** Whose token it is, undefined when it is unknown, has ended, or the till is revoked. */
  authenticate(token: string): TokenHolder | undefined
  /** The till of an incarnation, undefined when it is unknown or revoked. */
  holderOf(incarnation: string): TokenHolder | undefined
  /** Enters in the sync log that a token was refused. */
  noteRefused(token: string | undefined): void
  /** Enters in the sync log that somebody was refused for another reason. */
  readonly noteAccess: (reason: AccessRefusal, incarnation?: string) => void
  /** A manager's one-time code for an enrolment; `by` is the manager. */
  makeEnrolmentCode(by: string): Promise<ReturnType<EnrolmentCodes['make']>>
  enrolled(): number
  /** Calls `listener` when a till was revoked or replaced. */
  onRevoked(listener: () => void): () => void
  close(): Promise<void>
}

const reloadDelayMs = 100
const maxAllocations = 1000

export async function createTerminals(options: TerminalsOptions): Promise<Terminals> {
  const { catalog, storeId, syncLog, logger, clock } = options
  const accessLog = createAccessLog({ append: syncLog.append, logger })
  const codes = createEnrolmentCodes({ nowMs: Date.now, onRefused: accessLog.refused })
  const bearerTokens = await openBearerTokens(options.state)
  const deviceTokens = createDeviceTokens({
    storeId,
    epoch: () => options.store.uuid,
    tokenKey: await openTokenKey(options.directory),
    tokenLifetimeMs: options.tokenLifetimeMs,
    nowMs: Date.now,
  })
  let terminals = await readTerminals(catalog, storeId)
  const listeners = new Set<() => void>()
  let queue: Promise<unknown> = Promise.resolve()
  let reloadTimer: NodeJS.Timeout | undefined

  const enrolledTerminals = (): Terminal[] => [...terminals.values()].filter(({ status }) => status === 'enrolled')
  const reload = async (): Promise<void> => {
    const before = enrolledTerminals()
    terminals = await readTerminals(catalog, storeId)
    const isShutOut = before.some(({ incarnation }) => terminals.get(incarnation)?.status !== 'enrolled')
    if (isShutOut) listeners.forEach((listener) => listener())
  }
  // Head office revokes by changing the document, which comes down with the catalogue.
  const unsubscribe = options.store.onWrite((database) => {
    if (database !== 'catalog') return
    reloadTimer ??= setTimeout(() => {
      reloadTimer = undefined
      reload().catch((error: unknown) => logger.error({ err: error }, 'enrolled terminals could not be read'))
    }, reloadDelayMs)
  })

  const changeTerminal = async (terminal: Terminal, changes: Partial<Terminal>): Promise<void> => {
    await saveDocument(catalog, terminal._id, (present) => ({
      ...(present ?? terminal),
      ...changes,
      at: clock.now(),
      by: { id: 'hub', role: 'system' },
    }))
    await reload()
  }

  const allocate = async (terminalId: string, request: EnrolmentRequest): Promise<string> => {
    let ordinal = (await highestOrdinal(options.store, terminals, terminalId)) + 1
    for (let attempt = 1; ; attempt += 1, ordinal += 1) {
      const incarnation = incarnationIdOf(terminalId, ordinal)
      try {
        await catalog.put({ ...terminalDocument({ storeId, incarnation, request, at: clock.now() }) })
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
    const terminalId = terminalIdOf(storeId, request.lane)
    const enrolmentOf = (incarnation: string): Enrolment => ({
      storeId,
      terminalId,
      incarnation,
      epoch: options.store.uuid,
    })
    const holders = enrolledTerminals().filter(({ lane }) => lane === request.lane)
    const holder = holders[0]
    if (holder !== undefined && isSameKey(holder.publicKey, request.publicKey)) return enrolmentOf(holder.incarnation)
    if (holder !== undefined && !replace) {
      const detail = `Lane ${request.lane} belongs to ${holder.incarnation}`
      throw new HubError(errorCodes.laneTaken, detail, { fields: { incarnation: holder.incarnation } })
    }
    if (options.enrolment === 'code') codes.take(request.code)
    for (const terminal of holders) {
      await changeTerminal(terminal, { status: 'replaced' })
      await syncLog.append({ kind: 'terminal-replaced', incarnation: terminal.incarnation })
    }
    const incarnation = await allocate(terminalId, request)
    await reload()
    await syncLog.append({ kind: 'terminal-enrolled', incarnation })
    return enrolmentOf(incarnation)
  }

  const holderOf = (incarnation: string): TokenHolder | undefined => {
    const status = terminals.get(incarnation)?.status
    return status === undefined || status === 'revoked' ? undefined : { incarnation, isReplaced: status === 'replaced' }
  }
  /** Of a bearer token that still works. */
  const bearerIncarnation = (token: string): string | undefined => {
    const incarnation = bearerTokens.read(token)
    return incarnation !== undefined && terminals.get(incarnation)?.publicKey === undefined ? incarnation : undefined
  }
  const refuse = (reason: AccessRefusal, detail: string, incarnation?: string): HubError => {
    // Only what this store has given out is written down: anybody can make up names.
    accessLog.refused(reason, incarnation !== undefined && terminals.has(incarnation) ? incarnation : undefined)
    return new HubError(errorCodes.unauthorized, detail)
  }
  /** The key of a till that may come in. */
  const keyOf = (incarnation: string): DevicePublicKey => {
    const terminal = terminals.get(incarnation)
    if (terminal === undefined && !options.isReady()) {
      throw new HubError(errorCodes.notReady, 'This hub has not yet heard from head office which tills there are')
    }
    if (terminal?.status === 'revoked') {
      throw refuse('terminal-revoked', 'This till was shut out by head office', incarnation)
    }
    if (terminal?.publicKey === undefined) {
      throw refuse('terminal-unknown', 'This hub does not know this till’s key; it has to be set up again', incarnation)
    }
    return terminal.publicKey
  }

  return {
    storeInfo: () => ({
      storeId,
      name: options.storeName,
      epoch: options.store.uuid,
      enrolment: options.enrolment,
      serverTime: new Date().toISOString(),
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
    challenge(incarnation) {
      keyOf(incarnation)
      return deviceTokens.challenge(incarnation)
    },
    issueToken(request) {
      const { incarnation } = request
      const answered = deviceTokens.answer(incarnation, keyOf(incarnation), request)
      if (!answered.ok)
        throw refuse(answered.reason, `The answer to the challenge is refused: ${answered.reason}`, incarnation)
      accessLog.issued(incarnation)
      return answered.token
    },
    async setKey(bearerToken, publicKey) {
      const incarnation = bearerToken === undefined ? undefined : bearerIncarnation(bearerToken)
      const terminal = incarnation === undefined ? undefined : terminals.get(incarnation)
      if (bearerToken === undefined || terminal === undefined || terminal.status === 'revoked') {
        throw refuse(
          bearerToken === undefined ? 'token-missing' : 'token-unknown',
          'Needs the bearer token of an enrolment',
        )
      }
      await changeTerminal(terminal, { publicKey })
      await bearerTokens.end(bearerToken)
      await syncLog.append({ kind: 'terminal-key-set', incarnation: terminal.incarnation })
    },
    authenticate(token) {
      const read = deviceTokens.read(token)
      const incarnation = read.ok ? read.incarnation : bearerIncarnation(token)
      return incarnation === undefined ? undefined : holderOf(incarnation)
    },
    holderOf,
    noteRefused(token) {
      const read = token === undefined ? undefined : deviceTokens.read(token)
      if (read === undefined) accessLog.refused('token-missing')
      else if (read.ok) {
        const reason = holderOf(read.incarnation) === undefined ? 'terminal-revoked' : 'not-allowed'
        accessLog.refused(reason, read.incarnation)
      } else accessLog.refused(read.reason, read.incarnation)
    },
    noteAccess: accessLog.refused,
    async makeEnrolmentCode(by) {
      await syncLog.append({ kind: 'enrolment-code-made', by })
      return codes.make()
    },
    enrolled: () => enrolledTerminals().length,
    onRevoked(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      unsubscribe()
      clearTimeout(reloadTimer)
      await accessLog.close()
    },
  }
}

function isSameKey(one: DevicePublicKey | undefined, other: DevicePublicKey): boolean {
  return one?.x === other.x && one.y === other.y
}
