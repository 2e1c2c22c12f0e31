/** Orders of leaves that every replica agrees on. */
import { parseStamp } from '../clock/hlc.ts'
import { HEAD_OFFICE, ownerOfClockNode } from '../identity.ts'
import type { ComparedLeaf } from './compare-leaves.ts'

/** Puts the revision first that CouchDB shows: the longest history, then the greater revision hash. */
export function compareRevisions(a: string, b: string): number {
  const [left, right] = [splitRevision(a), splitRevision(b)]
  if (left.generation !== right.generation) return right.generation - left.generation
  return left.hash === right.hash ? 0 : left.hash < right.hash ? 1 : -1
}

/** `2-9f…` → `{generation: 2, hash: '9f…'}`. */
export function splitRevision(rev: string): { readonly generation: number; readonly hash: string } {
  const dash = rev.indexOf('-')
  return { generation: Number(rev.slice(0, dash)), hash: rev.slice(dash + 1) }
}

/** Each revision once, the one that CouchDB shows first. */
export function rankLeaves<Leaf extends { readonly rev: string }>(leaves: readonly Leaf[]): readonly Leaf[] {
  const distinct = new Map(leaves.map((leaf) => [leaf.rev, leaf]))
  return [...distinct.values()].sort((a, b) => compareRevisions(a.rev, b.rev))
}

/** Puts the last written first, by its stamp; a body without a stamp comes last, whatever else it holds. */
export function compareWritten(a: ComparedLeaf, b: ComparedLeaf): number {
  const [left, right] = [stampOf(a.body), stampOf(b.body)]
  if (left !== right) return left < right ? 1 : -1
  return compareRevisions(a.rev, b.rev)
}

/** The HLC stamp of a body; empty, so before all others, when it has none. */
export function stampOf(body: Readonly<Record<string, unknown>>): string {
  const at = body['at']
  return typeof at === 'string' && parseStamp(at) !== undefined ? at : ''
}

/** The store, or `hq`, whose clock stamped the body; undefined without a stamp. */
export function writerOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const node = parseStamp(stampOf(body))?.node
  return node === undefined ? undefined : ownerOfClockNode(node)
}

/** Such as `store s001` or `head office`. */
export function describeWriter(body: Readonly<Record<string, unknown>>): string {
  const writer = writerOf(body)
  if (writer === undefined) return 'somebody unknown'
  return writer === HEAD_OFFICE ? 'head office' : `store ${writer}`
}

/** A case of conflict that a person decided. */
export function isDecidedByPerson({ body }: ComparedLeaf): boolean {
  const decision = body['type'] === 'conflict' ? (body['decision'] as Readonly<Record<string, unknown>>) : undefined
  return decision !== undefined && decision['kind'] !== 'rule'
}

export function isOfHeadOffice({ body }: ComparedLeaf): boolean {
  return writerOf(body) === HEAD_OFFICE
}
