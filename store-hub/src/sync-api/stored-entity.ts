/** Documents of the store as the sync API shows them, and which database holds which entity. */
import {
  canonicalHash,
  classOfDatabase,
  hashableBody,
  type EntityClass,
  type SyncEntityType,
} from '@tidemark/contracts'
import type { DocumentDatabase, Revision } from '../store/index.ts'

export type Fields = Readonly<Record<string, unknown>>

export const classOfEntity: Readonly<Record<SyncEntityType, EntityClass>> = {
  sale: 'sales',
  inventory: 'inventory',
  product: 'catalog',
}

/** Undefined for a document that the sync API doesn't carry, such as a cashier or a design document. */
export function entityTypeOf(database: string, id: string): SyncEntityType | undefined {
  const entityClass = classOfDatabase(database)
  if (entityClass === 'sales' && id.startsWith('journal:')) return 'sale'
  if (entityClass === 'inventory' && (id.startsWith('movement:') || id.startsWith('count:'))) return 'inventory'
  if (entityClass === 'catalog' && id.startsWith('product:')) return 'product'
  return undefined
}

/** JSON text of a document from its stored body, without reading it. */
export function documentText(id: string, body: string): string {
  return body === '{}' ? `{"_id":${JSON.stringify(id)}}` : `{"_id":${JSON.stringify(id)},${body.slice(1)}`
}

export interface StoredEntity {
  readonly rev: Revision
  readonly document: Fields
}

/** A revision with its document, the winning one unless another is named; undefined when it is gone or its body is. */
export function readEntity(
  database: DocumentDatabase | undefined,
  id: string,
  rev?: Revision,
): StoredEntity | undefined {
  const stored = database?.read(id, rev)
  if (stored === undefined || stored.deleted) return undefined
  return { rev: stored.rev, document: JSON.parse(documentText(id, stored.body)) as Fields }
}

export function isSameContent(a: Fields, b: Fields): boolean {
  return canonicalHash(hashableBody(a)) === canonicalHash(hashableBody(b))
}
