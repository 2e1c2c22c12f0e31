/**
 * Hash chains. Each entry names the hash of the one before it, so a series can't lose, gain or change an entry unseen:
 *
 *     000…0 ◄─ previousHash │ 1 │ hash ◄─ previousHash │ 2 │ hash ◄─ …
 */
import { documentHash } from './canonical-hash.ts'

export const genesisHash = '0'.repeat(64)

export interface ChainLink {
  readonly number: number
  readonly previousHash: string
  readonly hash: string
}

export type ChainFault =
  | { readonly kind: 'hash-mismatch'; readonly number: number }
  | { readonly kind: 'gap'; readonly after: number; readonly next: number }
  | { readonly kind: 'fork'; readonly number: number }
  | { readonly kind: 'broken-link'; readonly number: number }

/** The entry with `previousHash` and `hash` filled in. */
export function sealEntry<Body extends Readonly<Record<string, unknown>>>(
  body: Body,
  previousHash: string,
): Body & { previousHash: string; hash: string } {
  const linked = { ...body, previousHash }
  return { ...linked, hash: documentHash(linked) }
}

export function hasValidHash(entry: ChainLink & Readonly<Record<string, unknown>>): boolean {
  return documentHash(entry) === entry.hash
}

/**
 * Faults of one series, given in any order. Content is checked through `hashIsValid`, so that a caller which keeps only
 * links can pass what it found when it had the body. An empty series has no faults.
 */
export function findChainFaults<Link extends ChainLink>(
  links: readonly Link[],
  hashIsValid: (link: Link) => boolean = () => true,
): ChainFault[] {
  const sorted = [...links].sort((a, b) => a.number - b.number)
  const faults: ChainFault[] = []
  let previous: Pick<ChainLink, 'number' | 'hash'> = { number: 0, hash: genesisHash }
  for (const link of sorted) {
    if (!hashIsValid(link)) faults.push({ kind: 'hash-mismatch', number: link.number })
    if (link.number === previous.number) {
      faults.push({ kind: 'fork', number: link.number })
      continue
    }
    if (link.number > previous.number + 1) faults.push({ kind: 'gap', after: previous.number, next: link.number })
    else if (link.previousHash !== previous.hash) faults.push({ kind: 'broken-link', number: link.number })
    previous = link
  }
  return faults
}
