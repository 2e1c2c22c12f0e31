/** Views of the audit. The functions are ES5 text: CouchDB's engine and PouchDB's both run them. */
import type { DesignDocument } from '@tidemark/service-kit'

export const auditDesignName = 'audit'
/** In a key of `entries_by_time`: whatever the kind. */
export const anyKind = '*'

/** `[storeId, epoch, number]`; counted by the reduce. */
const entriesMap = `function (doc) {
  if (doc.type === 'audit-entry') {
    emit([doc.storeId, doc.epoch, doc.number], null);
  }
}`

/** `[storeId, kind or *, at, id]`. */
const entriesByTimeMap = `function (doc) {
  if (doc.type === 'audit-entry') {
    emit([doc.storeId, doc.kind, doc.at, doc._id], null);
    emit([doc.storeId, '*', doc.at, doc._id], null);
  }
}`

/** `[storeId, epoch, number]`. */
const alarmsMap = `function (doc) {
  if (doc.type === 'alarm') {
    emit([doc.storeId, doc.epoch, doc.number], null);
  }
}`

/** Documents of a sync-log database that could not be taken in: `[storeId, document id]` → reason. */
const rejectionsMap = `function (doc) {
  if (doc.type === 'rejected') {
    emit([doc.storeId, doc.documentId], doc.reason);
  }
}`

export const auditDesign: DesignDocument = {
  name: auditDesignName,
  views: {
    entries: { map: entriesMap, reduce: '_count' },
    entries_by_time: { map: entriesByTimeMap },
    alarms: { map: alarmsMap, reduce: '_count' },
    rejections: { map: rejectionsMap },
  },
}
