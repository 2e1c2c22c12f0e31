/** Signed heads, and the public keys with which they were signed, in CouchDB. Both are written once. */
import { Type, type Static } from 'typebox'
import type { CouchDatabase, ViewKey } from '@tidemark/service-kit'
import { lastDayBefore, signHead, type AuditSigner, type SignedHead } from '../domain/signed-head.ts'
import type { AuditChainStore } from './audit-chain-store.ts'
import { anything, auditDesignName } from './design/audit-views.ts'

/** Where the next page of heads begins. */
export const HeadPosition = Type.Object({ size: Type.Integer(), id: Type.String() })
export type HeadPosition = Static<typeof HeadPosition>

export interface StoredHead extends Readonly<Record<string, unknown>> {
  /** `head:<day>` or `head:size:<12 digits>`. */
  readonly _id: string
  readonly type: 'signed-head'
  readonly head: SignedHead
}

export interface AuditKey extends Readonly<Record<string, unknown>> {
  /** `audit-key:<key id>` */
  readonly _id: string
  readonly type: 'audit-key'
  readonly keyId: string
  readonly publicKey: string
  readonly since: string
}

export interface HeadStore {
  /** Signs the day that is over, unless that has been done; undefined when it was, and while the audit is empty. */
  signDay(now: Date): Promise<StoredHead | undefined>
  /** A head over all that is there now: the one that there is for this size, or a new one. Undefined while the audit is empty. */
  signNow(now: Date): Promise<StoredHead | undefined>
  get(id: string): Promise<StoredHead | undefined>
  /** The largest first. */
  list(
    kind: 'daily' | 'on-demand' | undefined,
    limit: number,
    from: HeadPosition | undefined,
  ): Promise<readonly StoredHead[]>
  /** The smallest first, from a size on. */
  ascending(fromSize: number, limit: number): Promise<readonly StoredHead[]>
  /** The smallest of at least so many entries. */
  covering(size: number): Promise<StoredHead | undefined>
  /** The key of a head, also one that the service signed with formerly. */
  publicKey(keyId: string): Promise<string | undefined>
  /** The key that the service signs with now. */
  currentKey(now: Date): Promise<AuditKey>
}

const afterAll: ViewKey = {}

export function openHeadStore(database: CouchDatabase, chain: AuditChainStore, signer: AuditSigner): HeadStore {
  const headId = (size: number): string => `head:size:${String(size).padStart(12, '0')}`

  async function get(id: string): Promise<StoredHead | undefined> {
    const found = await database.get(id)
    return found?.['type'] === 'signed-head' ? (found as unknown as StoredHead) : undefined
  }

  /** Writes a document that is never changed, and answers the one that stands. */
  async function keep<Kept extends StoredHead | AuditKey>(document: Kept): Promise<Kept> {
    const [result] = await database.bulkInsert([document])
    if (result?.kind === 'stored') return document
    if (result?.kind !== 'exists') throw new Error(`${document._id} could not be kept`)
    return (await database.get(document._id)) as unknown as Kept
  }

  async function currentKey(now: Date): Promise<AuditKey> {
    const { keyId, publicKey } = signer
    return keep({ _id: `audit-key:${keyId}`, type: 'audit-key', keyId, publicKey, since: now.toISOString() })
  }

  async function sign(
    name: { id: (size: number) => string; day?: string },
    now: Date,
  ): Promise<StoredHead | undefined> {
    const { size, hash: chainHash } = await chain.head()
    if (size === 0) return undefined
    const known = await get(name.id(size))
    if (known !== undefined) return known
    const [root] = await chain.hashes([{ from: 0, to: size }])
    if (root === undefined) return undefined
    // A head is of no use without the key to check it with.
    await currentKey(now)
    const kind = name.day === undefined ? 'on-demand' : 'daily'
    const day = name.day === undefined ? {} : { day: name.day }
    const head = signHead(signer, { kind, ...day, size, rootHash: root.toString('hex'), chainHash }, now)
    return keep({ _id: name.id(size), type: 'signed-head', head })
  }

  async function ascending(fromSize: number, limit: number): Promise<readonly StoredHead[]> {
    const range = { startKey: [anything, fromSize], endKey: [anything, afterAll] }
    const rows = await database.view(auditDesignName, 'heads', { ...range, limit, includeDocuments: true })
    return rows.map(({ doc }) => doc as StoredHead)
  }

  return {
    async signDay(now) {
      const day = lastDayBefore(now)
      const id = `head:${day}`
      return (await get(id)) === undefined ? sign({ id: () => id, day }, now) : undefined
    },
    signNow: (now) => sign({ id: headId }, now),
    get,
    async list(kind, limit, from) {
      const index = kind ?? anything
      const rows = await database.view(auditDesignName, 'heads', {
        descending: true,
        startKey: from === undefined ? [index, afterAll] : [index, from.size, from.id],
        endKey: [index],
        includeDocuments: true,
        limit,
      })
      return rows.map(({ doc }) => doc as StoredHead)
    },
    ascending,
    async covering(size) {
      return (await ascending(size, 1))[0]
    },
    async publicKey(keyId) {
      if (keyId === signer.keyId) return signer.publicKey
      const found = await database.get(`audit-key:${keyId}`)
      return typeof found?.['publicKey'] === 'string' ? found['publicKey'] : undefined
    },
    currentKey,
  }
}
