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
import type { DocumentHead } from '../store/index.ts'
import type { CentralDatabase, WriteRefusal } from './central-database.ts'
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
  readonly rev: string
}

export function createPush(options: WayOptions): Way {
  const { local, offerAgainMs } = options
  const checkpoint = createWayCheckpoint<number>(options)
  let safe = 0
  let sent = 0
  let isOpen = false
  let lastOfferMs = -Infinity

  const wantsOffer = (): boolean => checkpoint.refused.size > 0 && performance.now() - lastOfferMs >= offerAgainMs

  /** The changed documents that central lacks. */
  const missingDocuments = async (
    remote: CentralDatabase,
    changes: readonly DocumentHead[],
  ): Promise<Iterable<OutgoingDocument>> => outgoing(await remote.missing(leavesOf(changes)))

  // One by one, as they are sent: a batch of large documents is never in memory as a whole.
  function* outgoing(revisions: ReadonlyMap<string, readonly string[]>): Generator<OutgoingDocument> {
    for (const [id, revs] of revisions) {
      for (const rev of revs) {
        const document = outgoingDocument(local, id, rev)
        if (document !== undefined) yield document
      }
    }
  }

  /** Central may take now what it refused before. Ids it has by now are off the list. */
  const offerAgain = async (request: BatchRequest): Promise<number> => {
    lastOfferMs = performance.now()
    const ids = [...checkpoint.refused.keys()]
    let written = 0
    for (let from = 0; from < ids.length; from += offerBatch) {
      const offered = ids.slice(from, from + offerBatch)
      const heads = offered.map((id) => local.head(id)).filter((head) => head !== undefined)
      const outcome = await send(request, await missingDocuments(request.remote, heads))
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
    const { isSafe, refused } = await send(request, outgoing(leavesOf(changes.filter(isReplicated))))
    if (!isSafe) return { kind: 'unsafe', written: 0, refused: 0 }
    await checkpoint.refuse(refused)
    safe = through
    await checkpoint.save(request.remote, safe)
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
      const documents = await missingDocuments(request.remote, changes.filter(isReplicated))
      const { written, refused, isSafe } = await send(request, documents)
      await checkpoint.refuse(refused)
      if (isSafe)
        checkpoint.accept(
          without(
            changes.map(({ id }) => id),
            refused,
          ),
        )
      if (isSafe && safe === sent) {
        safe = last.sequence
        sent = safe
        await checkpoint.save(request.remote, safe)
      } else {
        sent = last.sequence
        checkpoint.sentThrough = sent
        await checkpoint.saveHere(safe)
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
      for (const { id, reason } of outcome.refused) {
        const rev = request.find((document) => document.id === id)?.rev
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
