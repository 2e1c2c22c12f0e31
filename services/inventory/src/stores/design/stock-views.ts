/** Views of the stock. The functions are ES5 text: CouchDB's engine and PouchDB's both run them. */
import type { DesignDocument } from '@tidemark/service-kit'

export const stockDesignName = 'stock'

/**
 * `[storeId, sku, at, 0]` → quantity, summed and counted. The last member lets a range begin after a stamp: `[storeId, sku, at, {}]`
 * sorts behind everything of that stamp.
 */
const changesMap = `function (doc) {
  var i;
  if (doc.type === 'stock-effect') {
    for (i = 0; i < doc.lines.length; i += 1) {
      emit([doc.storeId, doc.lines[i].sku, doc.at, 0], doc.lines[i].quantity);
    }
  }
  if (doc.type === 'void-effect' && doc.reversal && doc.voids.length > 0) {
    var back = doc.reversal;
    for (i = 0; i < back.lines.length; i += 1) {
      emit([back.storeId, back.lines[i].sku, doc.voids[0].at, 0], back.lines[i].quantity);
    }
  }
}`

/** Counts by `[storeId, sku, at]` → quantity. */
const countsMap = `function (doc) {
  if (doc.type === 'count-effect') emit([doc.storeId, doc.sku, doc.at], doc.quantity);
}`

export const stockDesign: DesignDocument = {
  name: stockDesignName,
  views: {
    changes: { map: changesMap, reduce: '_stats' },
    counts: { map: countsMap },
  },
}
