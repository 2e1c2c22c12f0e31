/** How an entry stands in its chain, asked when somebody reads: what is missing now may be here in a second. */
import { genesisHash, type ChainLink } from '@tidemark/contracts'

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
