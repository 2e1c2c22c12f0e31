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
