// One database's way up.
//
//   changes after `sent` ──► _revs_diff ──► _bulk_docs ──each result──► quarantine ──► checkpoint
//                                              │ 202
//   changes after `safe` ──────────────────────┘ sent again, until a quorum has them
//
// 1. `safe` ≤ `sent`. Only `safe` is noted: it passes a batch when central answered 201 to all of it, and every document
//    that central refuses by itself is on record.
// 2. A batch that no answer came to may have happened: `_revs_diff` finds out what of it is missing.
// 3. A 202 holds `safe` back, not `sent`: sales go on to a cluster that is half there. At the end of a run the oldest
//    batch that is not safe is sent again as it is, once. `_revs_diff` would not do: it asks one copy.
// 4. A request that is too large, or that central finds invalid, is cut in halves until one document is to blame.
import { StoreError, type DocumentHead, type Revision } from '../store/index.ts'
import type { WriteRefusal } from './central-database.ts'
import { CentralError } from './central-error.ts'
import { outgoingDocument, requestsOf, type OutgoingDocument } from './revisions.ts'
import type { BatchRequest, BatchResult, Way, WayOptions } from './way.ts'
import { createWayCheckpoint } from './way-checkpoint.ts'

/** One request should pass a slow line within the time-out. */
const maxRequestBytes = 2_000_000
const offerBatch = 50

interface Sent {
  readonly written: number
  readonly refused: readonly RefusedDocument[]
  readonly isSafe: boolean
}

interface RefusedDocument extends WriteRefusal {
  readonly rev: Revision
}

/** By document id. */
type Revisions = ReadonlyMap<string, readonly Revision[]>

export function createPush(options: WayOptions): Way {
  const { local, offerAgainMs } = options
  const checkpoint = createWayCheckpoint<number>(options)
  let safe = 0
  let sent = 0
  let isOpen = false
  let lastOfferMs = -Infinity

  const wantsOffer = (): boolean => checkpoint.refused.size > 0 && performance.now() - lastOfferMs >= offerAgainMs

  // One by one, as they are sent: a batch of large documents is never in memory as a whole. What the disk has damaged is
  // put on record like a refusal: it must not keep all later sales from central.
  function* outgoing(revisions: Revisions, damaged: RefusedDocument[]): Generator<OutgoingDocument> {
    for (const [id, revs] of revisions) {
      for (const rev of revs) {
        try {
          const document = outgoingDocument(local, id, rev)
          if (document !== undefined) yield document
        } catch (error) {
          if (!(error instanceof StoreError) || error.code !== 'database_unreadable') throw error
          damaged.push({ id, rev, reason: error.message })
        }
      }
    }
  }

  const deliver = async (request: BatchRequest, revisions: Revisions): Promise<Sent> => {
    const damaged: RefusedDocument[] = []
    const sentNow = await send(request, outgoing(revisions, damaged))
    return { ...sentNow, refused: [...sentNow.refused, ...damaged] }
  }

  /** Delivers of the changed documents what central lacks. */
  const deliverMissing = async (request: BatchRequest, heads: readonly DocumentHead[]): Promise<Sent> =>
    deliver(request, await request.remote.missing(leavesOf(heads)))

  /** Central may take now what it refused before. Ids it has by now are off the list. */
  const offerAgain = async (request: BatchRequest): Promise<number> => {
    lastOfferMs = performance.now()
    const ids = [...checkpoint.refused.keys()]
    let written = 0
    for (let from = 0; from < ids.length; from += offerBatch) {
      const offered = ids.slice(from, from + offerBatch)
      const heads = offered.map((id) => local.head(id)).filter((head) => head !== undefined)
      const outcome = await deliverMissing(request, heads)
      written += outcome.written
      if (outcome.isSafe) checkpoint.accept(without(offered, outcome.refused))
      await checkpoint.refuse(outcome.refused)
    }
    await checkpoint.saveHere(safe)
    return written
  }

  /** Sends the oldest batch that is not safe once more, whether central knows it or not: the answer shows a quorum. */
  const sendAgain = async (request: BatchRequest): Promise<BatchResult> => {
    const changes = local.changes({ since: safe, limit: request.batchSize }).filter(({ sequence }) => sequence <= sent)
    const through = changes.length < request.batchSize ? sent : (changes.at(-1)?.sequence ?? sent)
    const { isSafe, refused } = await deliver(request, leavesOf(changes.filter(isReplicated)))
    if (!isSafe) return { kind: 'unsafe', written: 0, refused: 0 }
    await checkpoint.refuse(refused)
    await checkpoint.save(request.remote, through)
    safe = through
    return { kind: safe < sent ? 'more' : 'done', written: 0, refused: refused.length }
  }

  return {
    async open(remote, central) {
      const { fresh, position } = await checkpoint.settle(remote, central)
      if (!fresh && isOpen) return
      safe = position ?? 0
      sent = Math.max(safe, checkpoint.sentThrough)
      isOpen = true
    },
    async batch(request) {
      const offered = wantsOffer() ? await offerAgain(request) : 0
      const changes = local.changes({ since: sent, limit: request.batchSize })
      const last = changes.at(-1)
      if (last === undefined) {
        if (safe < sent) return sendAgain(request)
        return { kind: 'done', written: offered, refused: 0 }
      }
      const { written, refused, isSafe } = await deliverMissing(request, changes.filter(isReplicated))
      await checkpoint.refuse(refused)
      if (isSafe) checkpoint.accept(without(idsOf(changes), refused))
      if (isSafe && safe === sent) {
        await checkpoint.save(request.remote, last.sequence)
        safe = last.sequence
        sent = safe
      } else {
        checkpoint.sentThrough = last.sequence
        await checkpoint.saveHere(safe)
        sent = last.sequence
      }
      const isLast = changes.length < request.batchSize && safe === sent
      return { kind: isLast ? 'done' : 'more', written: written + offered, refused: refused.length }
    },
    wantsOffer,
    get sequence() {
      return isOpen ? safe : (checkpoint.noted ?? 0)
    },
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

/** Central's design documents are its own, and so are the store's. */
function isReplicated({ id }: { readonly id: string }): boolean {
  return !id.startsWith('_design/')
}

function leavesOf(heads: readonly DocumentHead[]): Map<string, string[]> {
  return new Map(heads.map(({ id, leaves }) => [id, leaves.map(({ rev }) => rev)]))
}

const idsOf = (heads: readonly DocumentHead[]): string[] => heads.map(({ id }) => id)

function without(ids: readonly string[], refused: readonly RefusedDocument[]): string[] {
  const left = new Set(refused.map(({ id }) => id))
  return ids.filter((id) => !left.has(id))
}

async function send({ remote, onTooLarge }: BatchRequest, documents: Iterable<OutgoingDocument>): Promise<Sent> {
  const refused: RefusedDocument[] = []
  let isSafe = true
  let count = 0
  const write = async (request: readonly OutgoingDocument[]): Promise<void> => {
    try {
      const outcome = await remote.write(request.map(({ text }) => text))
      isSafe &&= outcome.isSafe
      for (const { id, rev: named, reason } of outcome.refused) {
        const rev = named ?? request.find((document) => document.id === id)?.rev
        if (rev === undefined) throw new CentralError('not-central', `central refused ${id}, which it was not sent`)
        refused.push({ id, rev, reason })
      }
    } catch (error) {
      if (!isDueToDocuments(error)) throw error
      if (error.kind === 'too-large' && request.length > 1) onTooLarge()
      const [only] = request
      if (request.length === 1 && only !== undefined) {
        refused.push({ id: only.id, rev: only.rev, reason: error.message })
        return
      }
      const middle = Math.ceil(request.length / 2)
      await write(request.slice(0, middle))
      await write(request.slice(middle))
    }
  }
  for (const request of requestsOf(documents, maxRequestBytes)) {
    count += request.length
    await write(request)
  }
  return { written: count - refused.length, refused, isSafe }
}

function isDueToDocuments(error: unknown): error is CentralError {
  return error instanceof CentralError && (error.kind === 'too-large' || error.kind === 'invalid')
}
