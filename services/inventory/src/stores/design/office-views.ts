/** Views of the office. The functions are ES5 text: CouchDB's engine and PouchDB's both run them. */
import type { DesignDocument } from '@tidemark/service-kit'

export const officeDesignName = 'office'

/** Stands for any store or kind. */
export const anyValue = '*'

/** `[storeId or *, status, kind or *, id]`. */
const exceptionsMap = `function (doc) {
  if (doc.type !== 'stock-exception') return;
  emit([doc.storeId, doc.status, doc.kind, doc._id], null);
  emit([doc.storeId, doc.status, '${anyValue}', doc._id], null);
  emit(['${anyValue}', doc.status, doc.kind, doc._id], null);
  emit(['${anyValue}', doc.status, '${anyValue}', doc._id], null);
}`

/** Transfers by `[storeId, dispatchedAt, id]`, for both of their stores. */
const transfersMap = `function (doc) {
  if (doc.type !== 'transfer') return;
  emit([doc.from, doc.dispatchedAt, doc._id], null);
  emit([doc.to, doc.dispatchedAt, doc._id], null);
}`

/** What was begun and not finished: transfers whose movement may not be written yet, and imports, by type. */
const unfinishedMap = `function (doc) {
  if (doc.type === 'transfer' && (doc.status === 'dispatching' || doc.status === 'receiving')) emit(doc.type, null);
  if (doc.type === 'import' && doc.status === 'running') emit(doc.type, null);
}`

export const officeDesign: DesignDocument = {
  name: officeDesignName,
  views: { exceptions: { map: exceptionsMap }, transfers: { map: transfersMap }, unfinished: { map: unfinishedMap } },
}
