/** Views of the shared catalogue at central. The functions are ES5 text: CouchDB's engine and PouchDB's both run them. */
import type { DesignDocument } from '@tidemark/service-kit'

export const catalogueDesignName = 'inventory'

/** Products by barcode. */
const barcodesMap = `function (doc) {
  if (doc.type !== 'product' || !doc.barcodes) return;
  for (var i = 0; i < doc.barcodes.length; i += 1) emit(doc.barcodes[i], doc.sku);
}`

/** Price changes that have not been applied, by the time at which they are due. */
const priceChangesMap = `function (doc) {
  if (doc.type === 'price-change' && !doc.appliedAt) emit(new Date(doc.effectiveFrom).toISOString(), null);
}`

export const catalogueDesign: DesignDocument = {
  name: catalogueDesignName,
  views: { barcodes: { map: barcodesMap }, price_changes: { map: priceChangesMap } },
}

export const productSearchDesignName = 'inventory-search'

/** Products by each word of their name and SKU. In a design document of its own: an import must not wait for it. */
const wordsMap = `function (doc) {
  if (doc.type !== 'product') return;
  var words = (doc.sku + ' ' + doc.name).toLowerCase().split(/[^0-9a-z\\u00df-\\uffef]+/);
  var seen = {};
  for (var i = 0; i < words.length; i += 1) {
    if (!words[i] || seen['w' + words[i]]) continue;
    seen['w' + words[i]] = true;
    emit(words[i].substring(0, 60), null);
  }
}`

export const productSearchDesign: DesignDocument = {
  name: productSearchDesignName,
  views: { words: { map: wordsMap } },
}
