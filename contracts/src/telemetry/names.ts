/** Names of spans and attributes, in one place so that dashboards and code agree. Services' names are `serviceName`. */
export const serviceNames = {
  terminal: 'tidemark-terminal',
  hub: 'tidemark-hub',
  sales: 'tidemark-sales',
  inventory: 'tidemark-inventory',
  conflicts: 'tidemark-conflicts',
  syncLog: 'tidemark-sync-log',
} as const

export const spanNames = {
  /** The cashier's work from the first item to the receipt, on the terminal. */
  sale: 'sale',
  /** The hub took the document in. */
  hubReceive: 'hub.receive',
  /** The hub published the document to JetStream. */
  hubPublish: 'hub.publish',
  /** One batch of messages in a service; it links to every sale in it. */
  serviceBatch: 'service.batch',
  /** The ledger recorded the entry. */
  ledgerRecord: 'ledger.record',
  /** Stock took the entry in. */
  stockRecord: 'stock.record',
  /** The audit trail took the entry in. */
  auditRecord: 'audit.record',
} as const

export const attributeNames = {
  storeId: 'tidemark.store.id',
  terminalId: 'tidemark.terminal.id',
  documentId: 'tidemark.document.id',
  documentType: 'tidemark.document.type',
  database: 'tidemark.database',
  /** Milliseconds between the end of the terminal's span and this one: the time in which the sale was not visible. */
  darkTimeMs: 'tidemark.dark_time_ms',
  documents: 'tidemark.documents',
} as const
