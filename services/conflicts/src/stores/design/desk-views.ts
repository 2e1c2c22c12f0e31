/** Views of the desk. The functions are ES5 text: CouchDB's engine and PouchDB's both run them. */
import type { DesignDocument } from '@tidemark/service-kit'

export const deskDesignName = 'desk'
/** In a key of `cases` and `requests`: whatever the store, whatever the status. Neither is a store or a status. */
export const anyValue = '*'

/** Open cases by `[database at central, document id]`. */
const openByDocumentMap = `function (doc) {
  if (doc.type === 'conflict' && doc.status === 'open') {
    emit([doc.centralDatabase, doc.documentId], null);
  }
}`

/** Open cases that are decided: what was begun has to be finished. */
const decidedMap = `function (doc) {
  if (doc.type === 'conflict' && doc.status === 'open' && doc.decision) {
    emit(doc.at, null);
  }
}`

/** Cases by `[store or *, status or *, at, id]`: every combination of filters is one range. */
const casesMap = `function (doc) {
  if (doc.type === 'conflict') {
    var stores = doc.stores.concat(['*']);
    for (var i = 0; i < stores.length; i += 1) {
      emit([stores[i], doc.status, doc.at, doc._id], null);
      emit([stores[i], '*', doc.at, doc._id], null);
    }
  }
}`

/** Change requests, in the same way. */
const requestsMap = `function (doc) {
  if (doc.type === 'change-request') {
    var stores = [doc.storeId, '*'];
    for (var i = 0; i < stores.length; i += 1) {
      emit([stores[i], doc.status, doc.at, doc._id], null);
      emit([stores[i], '*', doc.at, doc._id], null);
    }
  }
}`

export const deskDesign: DesignDocument = {
  name: deskDesignName,
  views: {
    open_by_document: { map: openByDocumentMap },
    decided: { map: decidedMap },
    cases: { map: casesMap },
    requests: { map: requestsMap },
  },
}
