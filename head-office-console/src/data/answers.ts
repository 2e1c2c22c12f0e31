/** The parts of the services' answers that the console shows. They are checked when they come; services may add to them. */
import { Type, type Static } from 'typebox'
import { ClassLag, ConflictPolicy, SyncLogEvent, WanState } from '@tidemark/contracts'

const Text = Type.String()
const Count = Type.Integer()
const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const Body = Type.Record(Type.String(), Type.Unknown())
const Currency = nullable(Text)

/** What lists answer. */
export function pageOf<Item extends Type.TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), nextCursor: nullable(Text) })
}

export const Settings = Type.Object({
  signIn: Type.Union([
    Type.Object({ kind: Type.Literal('token') }),
    Type.Object({ kind: Type.Literal('demo'), url: Text }),
  ]),
})
export type Settings = Static<typeof Settings>

export const IssuedToken = Type.Object({ token: Text })

export const Store = Type.Object({
  storeId: Text,
  name: Text,
  timeZone: Text,
  currency: Currency,
  hub: nullable(
    Type.Object({
      lastContactAt: Text,
      silent: Type.Boolean(),
      reportedAt: Text,
      startedAt: Text,
      epoch: Text,
      nats: WanState,
      classes: Type.Array(ClassLag),
      terminals: Type.Object({ enrolled: Count, connected: Count }),
      refusedDocuments: Count,
      openConflicts: Count,
    }),
  ),
  ledger: Type.Object({
    series: Count,
    entries: Count,
    missing: Count,
    oldestMissingSeconds: nullable(Count),
    faults: Count,
    lastEntryAt: nullable(Text),
    lastHeardAt: nullable(Text),
  }),
})
export type Store = Static<typeof Store>

export const Series = Type.Object({
  incarnation: Text,
  first: Count,
  last: Count,
  entries: Count,
  missing: Type.Array(Type.Object({ from: Count, to: Count, since: Text })),
  oldestMissingSeconds: nullable(Count),
  faults: Type.Array(Type.Object({ kind: Text, number: Count })),
  lastEntryAt: Text,
  lastHeardAt: Text,
})
export type Series = Static<typeof Series>

export const Flag = Type.Object({
  id: Text,
  kind: Text,
  rule: Text,
  detail: Text,
  documentId: Text,
  active: Type.Boolean(),
  raisedAt: Text,
})
export type Flag = Static<typeof Flag>

const figures = { sales: Count, refunds: Count, voids: Count, grossMinor: Count, netMinor: Count, taxMinor: Count }
export const GroupTotals = Type.Object({
  items: Type.Array(Type.Object({ key: Text, currency: Currency, ...figures })),
})
export type GroupRow = Static<typeof GroupTotals>['items'][number]

export const Receipt = Type.Object({
  id: Text,
  receipt: Text,
  type: Text,
  at: Text,
  storeId: Text,
  businessDate: Text,
  terminalId: Text,
  cashierId: Text,
  currency: Currency,
  grossMinor: Count,
  voided: Type.Boolean(),
  flagged: Type.Boolean(),
})
export type Receipt = Static<typeof Receipt>

export const SaleFrame = Type.Object({
  type: Type.Literal('recorded'),
  id: Text,
  receipt: Text,
  entryType: Text,
  storeId: Text,
  terminalId: Text,
  businessDate: Text,
  at: Text,
  recordedAt: Text,
  cashierId: Text,
  currency: Currency,
  grossMinor: Count,
  lines: Count,
  flagged: Type.Boolean(),
})
export type SaleFrame = Static<typeof SaleFrame>

const Line = Type.Object({
  lineNumber: Count,
  sku: Text,
  name: Text,
  quantity: Count,
  unit: Text,
  unitPriceMinor: Count,
  grossMinor: Count,
})
export const ReceiptDetail = Type.Object({
  receipt: Text,
  entry: Type.Object({
    _id: Text,
    type: Text,
    storeId: Text,
    terminalId: Text,
    businessDate: Text,
    at: Text,
    by: Type.Object({ id: Text, name: Type.Optional(Text) }),
    currency: Type.Optional(Text),
    lines: Type.Optional(Type.Array(Line)),
    totals: Type.Optional(Type.Object({ grossMinor: Count, netMinor: Count, taxMinor: Count, dueMinor: Count })),
    payments: Type.Optional(Type.Array(Type.Object({ method: Text, amountMinor: Count }))),
  }),
  recordedAt: Text,
  source: Text,
  verification: Type.Object({
    hash: Text,
    amounts: Text,
    findings: Type.Array(Type.Object({ rule: Text, field: Text, message: Text })),
    chain: Text,
  }),
  traceId: nullable(Text),
  voidedBy: Type.Array(Text),
  refundedBy: Type.Array(Text),
  flag: nullable(Type.Object({ rule: Text, detail: Text })),
})
export type ReceiptDetail = Static<typeof ReceiptDetail>

export const ReceiptLife = Type.Object({
  steps: Type.Array(Type.Object({ at: Text, place: Text, what: Text, entryId: Type.Optional(Text) })),
  notHeardOf: Type.Array(Text),
})
export type ReceiptLife = Static<typeof ReceiptLife>

export const Product = Type.Object({
  sku: Text,
  name: Text,
  category: Type.Optional(Text),
  barcodes: Type.Optional(Type.Array(Text)),
  unit: Type.Optional(Text),
  priceMinor: Type.Optional(Count),
  currency: Type.Optional(Text),
  taxCode: Type.Optional(Text),
  status: Type.Optional(Text),
})
export type Product = Static<typeof Product>

export const StockLevel = Type.Object({
  storeId: Text,
  sku: Text,
  onHand: Count,
  lastCount: nullable(Type.Object({ at: Text, quantity: Count })),
  changesSinceCount: Count,
})
export const HistoryEntry = Type.Object({
  at: Text,
  sourceId: Text,
  sourceType: Text,
  kind: Text,
  quantity: Count,
  balance: Count,
  difference: Count,
})
export const StockException = Type.Object({
  kind: Text,
  storeId: Text,
  sku: Text,
  status: Text,
  onHand: Count,
  minimum: nullable(Count),
  caseId: nullable(Text),
  openedAt: Text,
  acknowledgement: nullable(Type.Object({ by: Text, at: Text, note: Text })),
})
export type StockException = Static<typeof StockException>

const Leaf = Type.Object({ rev: Text, body: Body })
const Person = Type.Object({ id: Text, role: Text, name: Type.Optional(Text) })
export const ConflictCase = Type.Object({
  id: Text,
  status: Type.Enum(['open', 'resolved']),
  needsPerson: Type.Boolean(),
  storeId: Text,
  stores: Type.Array(Text),
  database: Text,
  documentId: Text,
  documentType: Text,
  policy: ConflictPolicy,
  winningRev: Text,
  leaves: Type.Array(Leaf),
  leavesApart: Type.Array(Text),
  base: nullable(Leaf),
  suggestion: nullable(Body),
  explanation: Type.Array(Text),
  decision: nullable(
    Type.Object({
      kind: Text,
      rev: Text,
      at: Text,
      by: Person,
      chosen: Type.Optional(Text),
      note: Type.Optional(Text),
    }),
  ),
  undone: nullable(Type.Object({ at: Text, by: Person, rev: Text, restored: Text })),
  openedAt: Text,
  resolvedAt: nullable(Text),
  resolution: nullable(Text),
})
export type ConflictCase = Static<typeof ConflictCase>

const FieldChange = Type.Object({
  field: Text,
  standing: Type.Optional(Type.Unknown()),
  requested: Type.Optional(Type.Unknown()),
})
export type FieldChange = Static<typeof FieldChange>
export const DryRun = Type.Object({
  document: Body,
  follows: Text,
  ends: Type.Array(Text),
  changes: Type.Array(FieldChange),
})
export type DryRun = Static<typeof DryRun>

export const ChangeRequest = Type.Object({
  id: Text,
  status: Type.Enum(['open', 'accepted', 'refused']),
  storeId: Text,
  at: Text,
  requestedBy: Type.Unknown(),
  conflict: Text,
  documentId: Text,
  documentType: Text,
  changes: Type.Array(FieldChange),
  answer: nullable(Type.Unknown()),
})
export type ChangeRequest = Static<typeof ChangeRequest>

export const AuditEntry = Type.Object({
  id: Text,
  storeId: Text,
  epoch: Text,
  number: Count,
  kind: Text,
  at: Text,
  recordedAt: Text,
  source: Text,
  position: nullable(Count),
  entry: Body,
  verification: Type.Object({ hash: Text, signature: Text, place: Text }),
})
export type AuditEntry = Static<typeof AuditEntry>

/** As the audit knows them, from the contracts. */
export const auditKinds: readonly string[] = SyncLogEvent.anyOf.map(({ properties }) => properties.kind.const)

const Fault = Type.Object({ kind: Text, message: Text })
export const StoreChain = Type.Object({
  verified: Type.Boolean(),
  verifiedAt: Text,
  epochs: Type.Array(
    Type.Object({
      epoch: Text,
      entries: Count,
      verified: Type.Boolean(),
      faultCount: Count,
      faults: Type.Array(Fault),
    }),
  ),
  rejected: Type.Array(Type.Object({ documentId: Text, reason: Text })),
})
export type StoreChain = Static<typeof StoreChain>
export const AuditChain = Type.Object({
  verified: Type.Boolean(),
  verifiedAt: Text,
  size: Count,
  rootHash: Text,
  heads: Count,
  faults: Type.Array(Fault),
})
export type AuditChain = Static<typeof AuditChain>

export const Alarm = Type.Object({
  id: Text,
  kind: Text,
  storeId: Text,
  epoch: Text,
  number: Count,
  message: Text,
  raisedAt: Text,
  state: Text,
  acknowledged: nullable(Type.Object({ at: Text, by: Text, note: Text })),
  clearedAt: nullable(Text),
})
export type Alarm = Static<typeof Alarm>

const SignedHead = Type.Object({
  format: Text,
  size: Count,
  rootHash: Text,
  chainHash: Text,
  signedAt: Text,
  keyId: Text,
  signature: Text,
})
export const EntryProof = Type.Object({
  format: Type.Literal('tidemark-audit-proof/1'),
  entry: Body,
  recordedAt: Text,
  position: Count,
  path: Type.Array(Text),
  head: SignedHead,
  publicKey: Text,
  hubPublicKey: Type.Optional(Text),
})
export type EntryProof = Static<typeof EntryProof>
export const AuditKey = Type.Object({ publicKey: Text })

export const ImportJob = Type.Object({
  id: Text,
  status: Type.Enum(['running', 'done', 'failed', 'interrupted']),
  format: Text,
  dryRun: Type.Boolean(),
  startedAt: Text,
  percent: Count,
  rows: Count,
  counts: Type.Object({ created: Count, updated: Count, unchanged: Count, skipped: Count, refused: Count }),
  problem: nullable(Text),
})
export type ImportJob = Static<typeof ImportJob>
export const ReportRow = Type.Object({ row: Count, sku: Text, outcome: Text, message: Text })
export type ReportRow = Static<typeof ReportRow>
