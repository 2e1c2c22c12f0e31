/** How far the watch has looked at each epoch, in `_local` documents: lost with the audit, and with nothing else. */
import { Type, type Static } from 'typebox'
import { schemaProblems } from '@tidemark/contracts'
import type { CouchDatabase } from '@tidemark/service-kit'
import { startScan, type EpochScan } from '../domain/verify-epoch.ts'
import type { EpochOf } from './audit-store.ts'

export interface WatchState {
  /** Without its faults: they are alarms. */
  readonly scan: EpochScan
  /** The highest entry that central ever had. */
  readonly centralHighest: number
  /** ISO 8601: since when something is missing that may still come. */
  readonly waitingSince?: string
}

export interface WatchStates {
  get(of: EpochOf): Promise<WatchState>
  put(of: EpochOf, state: WatchState): Promise<void>
}

const Link = Type.Object({ number: Type.Integer(), previousHash: Type.String(), hash: Type.String() })
const Stored = Type.Object({
  entries: Type.Integer(),
  lastNumber: Type.Integer(),
  head: Type.Optional(Type.Object({ number: Type.Integer(), hash: Type.String() })),
  firstAt: Type.Optional(Type.String()),
  tail: Type.Optional(Link),
  coverage: Type.Array(Type.Tuple([Type.String(), Type.Integer()])),
  centralHighest: Type.Integer(),
  waitingSince: Type.Optional(Type.String()),
})
type Stored = Static<typeof Stored>

export function openWatchStates(database: CouchDatabase): WatchStates {
  const known = new Map<string, WatchState>()
  const idOf = ({ storeId, epoch }: EpochOf): string => `watch:${storeId}:${epoch}`

  return {
    async get(of) {
      const present = known.get(idOf(of))
      if (present !== undefined) return present
      const stored = await database.getLocal(idOf(of))
      // What can't be read costs a look from the beginning.
      const isReadable = stored !== undefined && schemaProblems(Stored, stored).length === 0
      const state = isReadable ? revive(of.epoch, stored as unknown as Stored) : begin(of.epoch)
      known.set(idOf(of), state)
      return state
    },
    async put(of, state) {
      await database.putLocal(idOf(of), toStored(state))
      known.set(idOf(of), state)
    },
  }
}

function begin(epoch: string): WatchState {
  return { scan: startScan(epoch), centralHighest: 0 }
}

function revive(epoch: string, stored: Stored): WatchState {
  const { entries, lastNumber, head, firstAt, tail, coverage, centralHighest, waitingSince } = stored
  const scan = {
    epoch,
    entries,
    lastNumber,
    head,
    firstAt,
    tail,
    coverage: new Map(coverage),
    faultCount: 0,
    faults: [],
  }
  return { scan, centralHighest, ...(waitingSince === undefined ? {} : { waitingSince }) }
}

function toStored({ scan, centralHighest, waitingSince }: WatchState): Readonly<Record<string, unknown>> {
  const { entries, lastNumber, head, firstAt, tail, coverage } = scan
  const place =
    tail === undefined ? undefined : { number: tail.number, previousHash: tail.previousHash, hash: tail.hash }
  return { entries, lastNumber, head, firstAt, tail: place, coverage: [...coverage], centralHighest, waitingSince }
}
