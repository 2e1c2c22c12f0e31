/**
 * Whether a series is complete and chained. It is asked when somebody reads, never when an entry arrives: entries come out
 * of order, and what is missing now may be here in a second.
 */
import { findChainFaults, genesisHash, type ChainFault, type ChainLink } from '@tidemark/contracts'

/** `verified`: its neighbours fit. `waiting`: the entry before it has not arrived. `broken`: a neighbour contradicts it. */
export type ChainStatus = 'verified' | 'waiting' | 'broken'

export function chainStatusOf(
  link: ChainLink,
  before: Pick<ChainLink, 'hash'> | undefined,
  after: Pick<ChainLink, 'previousHash'> | undefined,
): ChainStatus {
  if (after !== undefined && after.previousHash !== link.hash) return 'broken'
  const expected = link.number === 1 ? genesisHash : before?.hash
  if (expected === undefined) return 'waiting'
  return link.previousHash === expected ? 'verified' : 'broken'
}

export interface SeriesSummary {
  readonly incarnation: string
  readonly first: number
  readonly last: number
  readonly entries: number
  /** Ranges of numbers that have not arrived, both ends included. */
  readonly missing: readonly { readonly from: number; readonly to: number }[]
  readonly faults: readonly ChainFault[]
}

/** A series read so far; `tail` is its last link. Grows with its faults, not with its length. */
export interface SeriesScan extends SeriesSummary {
  readonly tail: ChainLink
}

/** Goes on with a scan by the next links of the series, in the order of their numbers. */
export function scanSeries(
  scan: SeriesScan | undefined,
  incarnation: string,
  links: readonly [ChainLink, ...ChainLink[]],
): SeriesScan {
  const tail = links.at(-1) ?? links[0]
  const found = scan === undefined ? findChainFaults(links) : faultsAfter(scan.tail, links)
  return {
    incarnation,
    first: scan?.first ?? links[0].number,
    last: tail.number,
    entries: (scan?.entries ?? 0) + links.length,
    missing: [
      ...(scan?.missing ?? []),
      ...found.flatMap((fault) => (fault.kind === 'gap' ? [{ from: fault.after + 1, to: fault.next - 1 }] : [])),
    ],
    faults: [...(scan?.faults ?? []), ...found.filter(({ kind }) => kind !== 'gap')],
    tail,
  }
}

/** Faults of the links that follow `tail`. What `findChainFaults` says about the tail itself was said before. */
function faultsAfter(tail: ChainLink, links: readonly ChainLink[]): ChainFault[] {
  return findChainFaults([tail, ...links]).filter((fault) =>
    fault.kind === 'gap' ? fault.after !== 0 : fault.number !== tail.number,
  )
}
