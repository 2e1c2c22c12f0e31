/** The checkpoint of one way, read from and written to both sides. The rules are in checkpoint.ts. */
import { randomBytes } from 'node:crypto'
import type { CentralDatabase } from './central-database.ts'
import {
  agree,
  nextNote,
  readLocalCheckpoint,
  remoteCheckpointId,
  toNote,
  withCentral,
  writeLocalCheckpoint,
  type CheckpointNote,
} from './checkpoint.ts'
import { agreementMs, maxRefused, RewoundError, type RefusedRevision, type WayOptions } from './way.ts'

export interface WayCheckpoint<Position> {
  /**
   * Where both sides agree to go on from; `fresh` is false when this was settled a moment ago, and the caller's place
   * still holds. Throws RewoundError or a CentralError.
   */
  settle(remote: CentralDatabase, central: string): Promise<{ fresh: boolean; position: Position | undefined }>
  /** Notes a position on both sides, the store's first. */
  save(remote: CentralDatabase, position: Position): Promise<void>
  /** Notes a position, and what is refused, at the store only. */
  saveHere(position: Position): Promise<void>
  forget(): void
  /** Puts documents on record and on the list of those to offer again; save afterwards. */
  refuse(documents: readonly RefusedRevision[]): Promise<void>
  /** Takes documents off that list; save afterwards. */
  accept(ids: Iterable<string>): void
  /** Reasons by document id. */
  readonly refused: ReadonlyMap<string, string>
  lastSuccessAt: string | null
  /** See LocalCheckpoint; change it, then save. */
  sentThrough: number
  /** The position of the store's own note. */
  readonly noted: Position | undefined
}

export function createWayCheckpoint<Position>(options: WayOptions): WayCheckpoint<Position> {
  const { route, local, epoch, storeId } = options
  const remoteId = remoteCheckpointId(epoch, storeId, route.database, route.direction)
  const session = randomBytes(16).toString('hex')
  let note = readLocalCheckpoint<Position>(local, route.direction, epoch)
  const refused = new Map(Object.entries(note?.refused ?? {}))
  let remoteRev: string | undefined
  let settledMs: number | undefined
  let centrals: readonly string[] = note?.centrals ?? []

  const saveHere = async (position: Position): Promise<CheckpointNote<Position>> => {
    if (refused.size > maxRefused) {
      throw new Error(`more than ${maxRefused} documents of ${route.database} are refused: the rest waits`)
    }
    const { lastSuccessAt, sentThrough } = checkpoint
    const next = nextNote(note, session, position)
    const saved = { ...next, epoch, lastSuccessAt, sentThrough, refused: Object.fromEntries(refused), centrals }
    await writeLocalCheckpoint(local, route.direction, saved)
    note = saved
    return next
  }

  const checkpoint: WayCheckpoint<Position> = {
    async settle(remote, central) {
      const isSettled = settledMs !== undefined && performance.now() - settledMs < agreementMs
      if (isSettled && centrals.includes(central)) return { fresh: false, position: undefined }
      const document = await remote.readLocal(remoteId)
      const agreement = agree(note, toNote<Position>(document), central)
      if (agreement.kind === 'rewound') {
        throw new RewoundError(route.database, agreement.remembered, agreement.present)
      }
      remoteRev = typeof document?.['_rev'] === 'string' ? document['_rev'] : undefined
      centrals = withCentral(centrals, central)
      settledMs = performance.now()
      return { fresh: true, position: agreement.position }
    },
    async save(remote, position) {
      const next = await saveHere(position)
      const rev = remoteRev === undefined ? {} : { _rev: remoteRev }
      try {
        remoteRev = await remote.writeLocal(remoteId, { ...next, epoch, ...rev })
      } catch (error) {
        // Whether it was written is not known: what is there is read before the next run.
        settledMs = undefined
        throw error
      }
    },
    async saveHere(position) {
      await saveHere(position)
    },
    async refuse(documents) {
      if (documents.length === 0) return
      await options.desk.record(route, documents)
      for (const { id, reason } of documents) refused.set(id, reason)
    },
    accept(ids) {
      const taken = [...ids].filter((id) => refused.delete(id))
      if (taken.length > 0) options.desk.accepted(route, taken)
    },
    forget() {
      settledMs = undefined
    },
    refused,
    lastSuccessAt: note?.lastSuccessAt ?? null,
    sentThrough: note?.sentThrough ?? 0,
    get noted() {
      return note?.position
    },
  }
  return checkpoint
}
