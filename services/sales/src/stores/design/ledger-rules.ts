/** What CouchDB itself refuses in the ledger, whoever asks. ES5 text, as all functions of design documents. */
import type { DesignDocument } from '@tidemark/service-kit'

/**
 * What is evidence is written once; sums, series and claims change. A write that names no revision is an insert: where the id is
 * taken it must reach CouchDB's own answer, a conflict, by which the service learns that the entry came before.
 */
const validateUpdate = `function (newDoc, oldDoc) {
  if (!oldDoc || oldDoc._deleted || !newDoc._rev) return;
  var once = {
    'ledger-entry': true, 'alarm': true, 'rejected': true, 'day-certificate': true, 'signing-key': true,
    'refund-request': true, 'customer-mark': true
  };
  if (once[oldDoc.type] === true) throw ({ forbidden: 'a record of the ledger is written once: ' + newDoc._id });
}`

export const ledgerRules: DesignDocument = { name: 'rules', views: {}, validate: validateUpdate }
