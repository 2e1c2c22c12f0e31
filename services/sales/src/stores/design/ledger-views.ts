/** Views of the ledger. The functions are ES5 text: CouchDB's engine and PouchDB's both run them. */
import type { DesignDocument } from '@tidemark/service-kit'

export const ledgerDesignName = 'ledger'

/**
 * `[storeId, businessDate, terminalId, currency]` → `[entries, sales, refunds, voids, gross, net, tax]`, summed.
 * A void record takes its sale out again.
 */
const dayTotalsMap = `function (doc) {
  if (doc.type === 'ledger-entry') {
    var entry = doc.entry;
    var sign = entry.type === 'sale' ? 1 : entry.type === 'refund' ? -1 : 0;
    var totals = sign === 0 ? { grossMinor: 0, netMinor: 0, taxMinor: 0 } : entry.totals;
    emit([doc.storeId, doc.businessDate, doc.terminalId, entry.currency || ''], [
      1, sign === 1 ? 1 : 0, sign === -1 ? 1 : 0, entry.type === 'void' ? 1 : 0,
      sign * totals.grossMinor, sign * totals.netMinor, sign * totals.taxMinor
    ]);
  }
  if (doc.type === 'void-record' && doc.voided && doc.voids.length > 0) {
    var voided = doc.voided;
    var back = voided.entryType === 'sale' ? -1 : 1;
    emit([voided.storeId, voided.businessDate, voided.terminalId, voided.currency], [
      0, back === -1 ? -1 : 0, back === 1 ? -1 : 0, 0,
      back * voided.grossMinor, back * voided.netMinor, back * voided.taxMinor
    ]);
  }
}`

/** Sales, refunds and voids by `[storeId, businessDate, at]`. */
const receiptsMap = `function (doc) {
  if (doc.type !== 'ledger-entry') return;
  var type = doc.entry.type;
  if (type === 'sale' || type === 'refund' || type === 'void') emit([doc.storeId, doc.businessDate, doc.at], null);
}`

/** Every entry's link by `[storeId, incarnation, number]`. */
const seriesMap = `function (doc) {
  if (doc.type !== 'ledger-entry') return;
  emit([doc.storeId, doc.incarnation, doc.number], { previousHash: doc.entry.previousHash, hash: doc.entry.hash });
}`

export const ledgerDesign: DesignDocument = {
  name: ledgerDesignName,
  views: {
    day_totals: { map: dayTotalsMap, reduce: '_sum' },
    receipts: { map: receiptsMap },
    series: { map: seriesMap },
  },
}
