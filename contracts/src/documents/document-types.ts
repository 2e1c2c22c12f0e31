/** Every document type: its schema, the class of database it lives in and what its id must be. */
import type { TSchema } from 'typebox'
import type { EntityClass } from '../databases.ts'
import { journalId, syncLogId } from '../journal/journal-id.ts'
import * as catalog from './catalog-documents.ts'
import { Conflict } from './conflict-documents.ts'
import * as journal from './journal-documents.ts'
import { StockCount, StockMovement } from './stock-documents.ts'
import { SyncLogEntry } from './sync-log-documents.ts'

export interface DocumentType {
  readonly schema: TSchema
  readonly entityClass: EntityClass
  /** Immutable types may be written once; the same id with other content is an integrity alarm. */
  readonly immutable: boolean
  /** The id that a document of this type must have, or a pattern for ids with a random part. */
  readonly id: (document: Readonly<Record<string, unknown>>) => string | RegExp
}

type Fields = Readonly<Record<string, unknown>>

const ulid = '[0-9A-HJKMNP-TV-Z]{26}'
const keyed = (type: string, field: string) => (document: Fields) => `${type}:${String(document[field])}`

function journalType(schema: TSchema): DocumentType {
  const id = (document: Fields) => journalId(String(document['incarnation']), Number(document['number']))
  return { schema, entityClass: 'sales', immutable: true, id }
}

function catalogType(schema: TSchema, id: DocumentType['id']): DocumentType {
  return { schema, entityClass: 'catalog', immutable: false, id }
}

export const documentTypes = {
  sale: journalType(journal.Sale),
  refund: journalType(journal.Refund),
  void: journalType(journal.Void),
  'shift-open': journalType(journal.ShiftOpen),
  'cash-movement': journalType(journal.CashMovement),
  'shift-close': journalType(journal.ShiftClose),
  'stock-movement': {
    schema: StockMovement,
    entityClass: 'inventory',
    immutable: true,
    id: () => new RegExp(`^movement:${ulid}$`),
  },
  'stock-count': {
    schema: StockCount,
    entityClass: 'inventory',
    immutable: true,
    id: (document) => new RegExp(`^count:${escapeForPattern(String(document['sku']))}:${ulid}$`),
  },
  product: catalogType(catalog.Product, keyed('product', 'sku')),
  'tax-rate': catalogType(catalog.TaxRate, keyed('tax-rate', 'code')),
  promotion: catalogType(catalog.Promotion, () => /^promotion:[A-Za-z0-9._-]{1,64}$/),
  'price-change': catalogType(catalog.PriceChange, () => /^price-change:[A-Za-z0-9._-]{1,64}$/),
  cashier: catalogType(catalog.Cashier, () => /^cashier:[A-Za-z0-9._-]{1,64}$/),
  terminal: catalogType(catalog.Terminal, keyed('terminal', 'incarnation')),
  store: catalogType(catalog.Store, keyed('store', 'store')),
  conflict: {
    schema: Conflict,
    entityClass: 'conflicts',
    immutable: false,
    id: (document) =>
      new RegExp(
        `^conflict:${escapeForPattern(`${String(document['database'])}:${String(document['documentId'])}`)}:[0-9a-f]{12}$`,
      ),
  },
  'sync-log-entry': {
    schema: SyncLogEntry,
    entityClass: 'sync-log',
    immutable: true,
    id: (document) => syncLogId(String(document['epoch']), Number(document['number'])),
  },
} as const satisfies Record<string, DocumentType>

export type DocumentTypeName = keyof typeof documentTypes

/** The entry of a type name, or undefined for a type that this release does not know. */
export function documentTypeOf(name: unknown): DocumentType | undefined {
  return typeof name === 'string' && Object.hasOwn(documentTypes, name)
    ? documentTypes[name as DocumentTypeName]
    : undefined
}

function escapeForPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
