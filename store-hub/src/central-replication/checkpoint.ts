// How far one way of one database came, noted on both sides and believed only as far as both agree.
//
//   batch is durable on the other side ──► _local/central-<way> in the store (fsynced) ──► _local/hub-<id> at central
//
// 1. The store's note is on disk before central's is sent. So central's can be behind the store's, never ahead:
//    a central that remembers more is proof that the store went back in time.
// 2. `number` grows by one with each note, over all sessions. Positions themselves are never compared: central's are opaque.
// 3. Central's note is found under the epoch of the store: after a rotation there is none, and everything is compared.
// 4. A central with a uuid that was never seen here starts from nothing, too. A cluster's nodes may have one each.
import { createHash } from 'node:crypto'
import type { DocumentDatabase } from '../store/index.ts'
import type { Direction } from './routes.ts'

interface SessionEnd {
  readonly session: string
  readonly number: number
}

/** What both sides keep. `Position` is a sequence of the store for a push, central's for a pull. */
export interface CheckpointNote<Position> extends SessionEnd {
  readonly position: Position
  /** The last note of each earlier session, newest first. */
  readonly history: readonly SessionEnd[]
}

export interface LocalCheckpoint<Position> extends CheckpointNote<Position> {
  readonly epoch: string
  readonly lastSuccessAt: string | null
  /** A push only: up to here everything was sent, but from `position` on not all of it has a quorum of copies. */
  readonly sentThrough: number
  /** Ids of documents that the other side refuses, with the reason; they are offered again. */
  readonly refused: Readonly<Record<string, string>>
  /** Every central that this epoch has replicated with, newest last. */
  readonly centrals: readonly string[]
}

export type Agreement<Position> =
  /** Both sides have everything up to here; undefined for the beginning. */
  | { readonly kind: 'agreed'; readonly position: Position | undefined }
  /** Central remembers a note of this epoch that the store does not know. */
  | { readonly kind: 'rewound'; readonly remembered: number; readonly present: number }

export const maxHistory = 30
const maxCentrals = 10

/** From where to go on. Pure. */
export function agree<Position>(
  local: LocalCheckpoint<Position> | undefined,
  remote: CheckpointNote<Position> | undefined,
  central: string,
): Agreement<Position> {
  if (remote === undefined) return { kind: 'agreed', position: undefined }
  if (local === undefined) return { kind: 'rewound', remembered: remote.number, present: 0 }
  const known = [local, ...local.history].find(({ session }) => session === remote.session)
  if (known === undefined ? !isForgotten(local, remote) : remote.number > known.number) {
    return { kind: 'rewound', remembered: remote.number, present: local.number }
  }
  const isBelieved = known !== undefined && local.centrals.includes(central)
  return { kind: 'agreed', position: isBelieved ? remote.position : undefined }
}

/** The note is older than the history that is kept. Any other session at central must have been noted here before. */
function isForgotten({ history }: CheckpointNote<unknown>, { number }: SessionEnd): boolean {
  return history.length >= maxHistory && number < (history.at(-1)?.number ?? 0)
}

/** The note after `before`. A session is one opening of the way; its number goes on from the one before. */
export function nextNote<Position>(
  before: CheckpointNote<Position> | undefined,
  session: string,
  position: Position,
): CheckpointNote<Position> {
  if (before === undefined) return { session, number: 1, position, history: [] }
  const number = before.number + 1
  if (before.session === session) return { session, number, position, history: before.history }
  const ended = { session: before.session, number: before.number }
  return { session, number, position, history: [ended, ...before.history].slice(0, maxHistory) }
}

export function withCentral(centrals: readonly string[], central: string): readonly string[] {
  if (centrals.includes(central)) return centrals
  return [...centrals, central].slice(-maxCentrals)
}

/** Id of the store's own note. It names its epoch, so one is enough. */
export const localCheckpointId = (direction: Direction): string => `_local/central-${direction}`

/** Id of central's note: another for each epoch, store, database and way. */
export function remoteCheckpointId(epoch: string, storeId: string, database: string, direction: Direction): string {
  const hash = createHash('sha256').update(JSON.stringify([epoch, storeId, database, direction]))
  return `_local/hub-${hash.digest('hex').slice(0, 32)}`
}

/** The store's note of its present epoch; undefined when there is none. */
export function readLocalCheckpoint<Position>(
  database: DocumentDatabase,
  direction: Direction,
  epoch: string,
): LocalCheckpoint<Position> | undefined {
  const document = database.readLocal(localCheckpointId(direction))
  const note = document === undefined ? undefined : (JSON.parse(document.body) as LocalCheckpoint<Position>)
  return note?.epoch === epoch ? note : undefined
}

export async function writeLocalCheckpoint<Position>(
  database: DocumentDatabase,
  direction: Direction,
  checkpoint: LocalCheckpoint<Position>,
): Promise<void> {
  await database.writeLocal(localCheckpointId(direction), JSON.stringify(checkpoint))
}

/** Central's note from its document; undefined for one that is missing or not ours. */
export function toNote<Position>(
  document: Readonly<Record<string, unknown>> | undefined,
): CheckpointNote<Position> | undefined {
  if (document === undefined) return undefined
  const { session, number, position, history } = document
  if (typeof session !== 'string' || typeof number !== 'number' || position === undefined) return undefined
  return { session, number, position: position as Position, history: Array.isArray(history) ? history : [] }
}
