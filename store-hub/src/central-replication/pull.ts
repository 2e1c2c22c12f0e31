// One database's way down.
//
//   _changes after the checkpoint ──► compared with the store's trees ──► _bulk_get ──► write (fsync) ──► checkpoint
//
// 1. The checkpoint passes a batch when every leaf in it is on the store's disk, or on record as one it can't keep.
// 2. Central's sequences are opaque: kept, handed back, never compared but for equality.
// 3. A revision without a body is asked for once more by itself, with what it has become since.
import { isDocumentId, type DocumentDatabase } from '../store/index.ts'
import type { Fetched, FetchedRevision, FetchFailure, RemoteSequence, WantedRevision } from './central-database.ts'
import { CentralError } from './central-error.ts'
import { missingHere } from './revisions.ts'
import type { BatchRequest, Way, WayOptions } from './way.ts'
import { createWayCheckpoint } from './way-checkpoint.ts'

export function createPull(options: WayOptions): Way {
  const { local, offerAgainMs } = options
  const checkpoint = createWayCheckpoint<RemoteSequence>(options)
  let position: RemoteSequence | undefined
  let isOpen = false
  let lastOfferMs = -Infinity

  const wantsOffer = (): boolean => checkpoint.refused.size > 0 && performance.now() - lastOfferMs >= offerAgainMs

  /** Asks again for what could not be kept; what can be kept now is off the list. */
  const askAgain = async ({ remote }: BatchRequest): Promise<void> => {
    lastOfferMs = performance.now()
    const ids = [...checkpoint.refused.keys()]
    for (const id of ids) {
      const { found, failed } = await remote.fetchLeaves(id, undefined)
      const unstorable = await store(local, found)
      if (failed.length + unstorable.length === 0) checkpoint.accept([id])
    }
    if (position !== undefined) await checkpoint.saveHere(position)
  }

  return {
    async open(remote, central) {
      const agreement = await checkpoint.settle(remote, central)
      if (!agreement.fresh && isOpen) return
      position = agreement.position
      isOpen = true
    },
    async batch(request) {
      const { remote, batchSize } = request
      if (wantsOffer()) await askAgain(request)
      const { rows, lastSequence, hasMore } = await remote.changes(position, batchSize)
      const wanted = rows
        .filter(({ id }) => !id.startsWith('_design/'))
        .flatMap(({ id, revisions }) => missingHere(local, id, revisions).map((rev) => ({ id, rev })))
      const failed = await copy(local, request, wanted)
      await checkpoint.refuse(failed)
      position = lastSequence
      if (rows.length > 0) await checkpoint.save(remote, lastSequence)
      return { kind: hasMore ? 'more' : 'done', written: wanted.length - failed.length, refused: failed.length }
    },
    wantsOffer,
    sequence: 0,
    refused: checkpoint.refused,
    get lastSuccessAt() {
      return checkpoint.lastSuccessAt
    },
    forgetAgreement: checkpoint.forget,
    succeeded() {
      checkpoint.lastSuccessAt = new Date().toISOString()
    },
  }
}

/** Writes revisions and looks at each result. Returns those that the store can't keep. */
async function store(local: DocumentDatabase, revisions: readonly FetchedRevision[]): Promise<FetchFailure[]> {
  const sound = revisions.filter(isSound)
  const results = await local.write(
    sound.map(({ id, deleted, revisions: history, body }) => ({
      kind: 'replicated',
      id,
      revisions: history,
      deleted,
      body,
    })),
  )
  const unstored = results.find(({ kind }) => kind !== 'stored')
  if (unstored !== undefined) throw new Error(`${local.name}: the store answered ${unstored.kind} to ${unstored.id}`)
  return revisions
    .filter((revision) => !isSound(revision))
    .map(({ id, rev }) => ({ id, rev, reason: 'its id or its history is not valid' }))
}

function isSound({ id, rev, revisions: { start, ids } }: FetchedRevision): boolean {
  const isHistory = Number.isSafeInteger(start) && start >= ids.length && ids.length > 0 && !ids.includes('')
  return isDocumentId(id) && isHistory && rev === `${start}-${ids[0]}`
}

/** Brings revisions here. Returns those that can't be had or kept. */
async function copy(
  local: DocumentDatabase,
  request: BatchRequest,
  wanted: readonly WantedRevision[],
): Promise<FetchFailure[]> {
  if (wanted.length === 0) return []
  const fetched = await fetch(request, wanted)
  if (fetched !== undefined) {
    const failed = await store(local, fetched.found)
    for (const failure of fetched.failed) failed.push(...(await copyLeaves(local, request, failure)))
    return failed
  }
  // Stored half by half: what is under way in memory stays small, however much a batch came to.
  const middle = Math.ceil(wanted.length / 2)
  const first = await copy(local, request, wanted.slice(0, middle))
  return [...first, ...(await copy(local, request, wanted.slice(middle)))]
}

/** Undefined when it has to be asked for in parts. */
async function fetch(
  { remote, onTooLarge }: BatchRequest,
  wanted: readonly WantedRevision[],
): Promise<Fetched | undefined> {
  try {
    return await remote.fetch(wanted)
  } catch (error) {
    if (!(error instanceof CentralError) || (error.kind !== 'too-large' && error.kind !== 'invalid')) throw error
    if (error.kind === 'too-large' && wanted.length > 1) onTooLarge()
    const [only] = wanted
    if (wanted.length > 1 || only === undefined) return undefined
    return { found: [], failed: [{ ...only, reason: error.message }] }
  }
}

// The document may have been edited and compacted between the feed's answer and this one.
async function copyLeaves(
  local: DocumentDatabase,
  { remote }: BatchRequest,
  failure: FetchFailure,
): Promise<FetchFailure[]> {
  try {
    const { found, failed } = await remote.fetchLeaves(failure.id, failure.rev)
    return [...failed, ...(await store(local, found))]
  } catch (error) {
    if (error instanceof CentralError && (error.kind === 'too-large' || error.kind === 'invalid')) return [failure]
    throw error
  }
}
