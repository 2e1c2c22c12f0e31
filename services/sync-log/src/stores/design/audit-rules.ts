/** What CouchDB itself refuses in the audit, whoever asks. ES5 text, as all functions of design documents. */
import type { DesignDocument } from '@tidemark/service-kit'

export const rulesDesignName = 'rules'

/**
 * What names no revision is an insert. Where the id is taken it must reach CouchDB's own answer, a conflict: that is how the
 * service learns that an entry came before.
 *
 * Entries, keys, blocks and heads are written once. Of an alarm only the state changes; none of them is ever deleted.
 */
const validateUpdate = `function (newDoc, oldDoc) {
  if (!oldDoc || oldDoc._deleted || !newDoc._rev) return;
  var once = { 'audit-entry': true, 'epoch-key': true, 'audit-block': true, 'signed-head': true, 'audit-key': true };
  if (once[oldDoc.type] === true) throw ({ forbidden: 'a record of the audit is written once: ' + newDoc._id });
  if (oldDoc.type !== 'alarm') return;
  if (newDoc._deleted || newDoc.type !== 'alarm') throw ({ forbidden: 'an alarm is never deleted: ' + newDoc._id });
  var kept = ['kind', 'storeId', 'epoch', 'number', 'message', 'firstContentHash', 'secondContentHash'];
  for (var i = 0; i < kept.length; i += 1) {
    if (newDoc[kept[i]] !== oldDoc[kept[i]]) throw ({ forbidden: 'an alarm keeps what it says: /' + kept[i] });
  }
  if (oldDoc.acknowledged && !newDoc.acknowledged) throw ({ forbidden: 'an acknowledgement stands: ' + newDoc._id });
}`

export const rulesDesign: DesignDocument = { name: rulesDesignName, views: {}, validate: validateUpdate }
