// Which sequence a database had reached at which time, so that "received since 9 o'clock" has an answer. Documents don't carry
// the time of their receipt.
//
//   _local/arrival-marks   [[09:00, 120], [09:01, 180], …]   at most one a minute, thinned as they age
//
// 1. A mark says: what came after this time has a greater sequence. So a pull from a mark before the asked time misses nothing,
//    and brings some twice.
// 2. Marks are in the order in which they were made. A clock that is set back makes times fall in that order; a search takes the
//    first mark beyond the asked time, and begins at the one before it.
// 3. They lie in the database that they are about: a backup holds marks and sequences of the same moment.
// 4. A write costs a flag. The disk is touched once a minute at most, and only for databases that were written to.
import { classOfDatabase } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import type { DocumentDatabase, Store } from '../store/index.ts'

/** Milliseconds since 1970 on the hub's clock, and the sequence then. */
export type ArrivalMark = readonly [timeMs: number, sequence: number]

export interface ArrivalMarks {
  /** A sequence such that all that the hub received since the time comes after it. */
  sequenceBefore(database: DocumentDatabase, timeMs: number): number
  /** Writes the marks that are due; called by a timer, and by tests. */
  mark(): Promise<void>
  /** Resolves when all databases are marked as they are at the start. */
  start(): Promise<void>
  close(): Promise<void>
}

const marksId = '_local/arrival-marks'
const intervalMs = 60_000
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
/** Up to which age marks are how far apart; older than the last, they go. */
const spacing: readonly (readonly [ageMs: number, apartMs: number])[] = [
  [2 * hour, minute],
  [2 * day, 15 * minute],
  [14 * day, 3 * hour],
  [90 * day, day],
]

export function createArrivalMarks(
  store: Pick<Store, 'names' | 'database' | 'onWrite'>,
  logger: FastifyBaseLogger,
  nowMs: () => number,
): ArrivalMarks {
  const dirty = new Set<string>(store.names())
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()
  const unsubscribe = store.onWrite((name) => void dirty.add(name))

  const markAll = async (): Promise<void> => {
    for (const name of dirty) {
      dirty.delete(name)
      const database = classOfDatabase(name) === undefined ? undefined : store.database(name)
      if (database === undefined) continue
      try {
        await markDatabase(database, nowMs())
      } catch (error) {
        dirty.add(name)
        throw error
      }
    }
  }
  const mark = (): Promise<void> => {
    const next = work.then(markAll)
    work = next.catch(() => undefined)
    return next
  }

  return {
    sequenceBefore: (database, timeMs) => sequenceBefore(readMarks(database), timeMs),
    mark,
    async start() {
      const run = (): Promise<void> =>
        mark().catch((error: unknown) => logger.warn({ err: error }, 'arrival not marked'))
      timer = setInterval(run, intervalMs).unref()
      await run()
    },
    async close() {
      clearInterval(timer)
      unsubscribe()
      await work
    },
  }
}

/** The sequence of the mark before the first one that lies beyond the time; 0 when there is none. Pure. */
export function sequenceBefore(marks: readonly ArrivalMark[], timeMs: number): number {
  const beyond = marks.findIndex(([markedMs]) => markedMs > timeMs)
  const before = beyond === -1 ? marks.at(-1) : marks[beyond - 1]
  return before?.[1] ?? 0
}

/** Keeps the newest of each stretch of time, stretches growing with age. Pure. */
export function thinMarks(marks: readonly ArrivalMark[], nowMs: number): ArrivalMark[] {
  const stretchOf = ([timeMs]: ArrivalMark): string | undefined => {
    const fitting = spacing.find(([ageMs]) => nowMs - timeMs <= ageMs)
    return fitting === undefined ? undefined : `${fitting[1]}/${Math.floor(timeMs / fitting[1])}`
  }
  return marks.filter((mark, index) => {
    const stretch = stretchOf(mark)
    const next = marks[index + 1]
    return stretch !== undefined && (next === undefined || stretchOf(next) !== stretch)
  })
}

async function markDatabase(database: DocumentDatabase, nowMs: number): Promise<void> {
  const sequence = database.info().updateSequence
  const marks = readMarks(database)
  if (marks.at(-1)?.[1] === sequence) return
  await database.writeLocal(marksId, JSON.stringify({ marks: thinMarks([...marks, [nowMs, sequence]], nowMs) }))
}

function readMarks(database: DocumentDatabase): ArrivalMark[] {
  const kept = database.readLocal(marksId)
  return kept === undefined ? [] : (JSON.parse(kept.body) as { marks: ArrivalMark[] }).marks
}
