/**
 * Read, change, write, for many documents at once, those again that somebody else wrote in between.
 *
 * What was written last is remembered, because the same days and series are written batch after batch:
 *
 * 1. What is remembered only saves the reading. It is written with its revision, so what is out of date is a conflict and is read.
 * 2. That nothing has to change is never believed of what is remembered: the database may have been lost or restored.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError, type CouchDatabase, type NewDocument, type StoredDocument } from '@tidemark/service-kit'

/** Makes a document of what is there; the same document, or undefined, when nothing has to change. */
export type Change = (current: StoredDocument | undefined) => NewDocument | undefined

interface Write {
  readonly id: string
  readonly change: Change
  readonly document: NewDocument
}

const maxTries = 10
/** What an evening's batches write, and no more: a day's products are a document of hundreds of kilobytes. */
const maxRemembered = 40
const pauseMs = 10

export function createUpdater(
  database: Pick<CouchDatabase, 'bulkInsert'>,
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, StoredDocument>>,
): (changes: ReadonlyMap<string, Change>) => Promise<void> {
  const remembered = new Map<string, StoredDocument>()

  function fromMemory(changes: ReadonlyMap<string, Change>): Write[] {
    return [...changes].flatMap(([id, change]) => {
      const current = remembered.get(id)
      return current === undefined ? [] : writeOf(id, change, current)
    })
  }

  function remember(id: string, document: StoredDocument): void {
    remembered.delete(id)
    remembered.set(id, document)
    const oldest = remembered.size > maxRemembered ? remembered.keys().next().value : undefined
    if (oldest !== undefined) remembered.delete(oldest)
  }

  async function write(writes: readonly Write[]): Promise<Map<string, Change>> {
    const written = await database.bulkInsert(writes.map(({ document }) => document))
    const again = new Map<string, Change>()
    for (const [index, { id, change, document }] of writes.entries()) {
      const result = written[index]
      if (result?.kind === 'stored') {
        remember(id, { ...document, _rev: result.rev })
        continue
      }
      remembered.delete(id)
      if (result?.kind !== 'exists') throw new Error(`${id} could not be written: ${result?.reason}`)
      again.set(id, change)
    }
    return again
  }

  return async (changes) => {
    let open = changes
    for (let attempt = 0; attempt < maxTries && open.size > 0; attempt += 1) {
      // Others who met here come back at other moments.
      if (attempt > 0) await sleep(Math.random() * attempt * pauseMs)
      const known = attempt === 0 ? fromMemory(open) : []
      const isKnown = new Set(known.map(({ id }) => id))
      const unknown = [...open].filter(([id]) => !isKnown.has(id))
      const present = await read(unknown.map(([id]) => id))
      const writes = [...known, ...unknown.flatMap(([id, change]) => writeOf(id, change, present.get(id)))]
      open = await write(writes)
    }
    if (open.size > 0) throw new UnavailableError('couchdb', `${[...open.keys()][0]} is being changed all the time`)
  }
}

/** None when nothing has to change. */
function writeOf(id: string, change: Change, current: StoredDocument | undefined): Write[] {
  const next = change(current)
  if (next === undefined || next === current) return []
  return [{ id, change, document: current === undefined ? next : { ...next, _rev: current._rev } }]
}
