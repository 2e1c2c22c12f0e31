/**
 * The last line of defence at central: what no replication, faulty program or stolen hub may do to a store's databases. CouchDB
 * runs it for each document of each write, an administrator's too.
 *
 * 1. A store writes into its own databases, documents of its own; into the catalogue nothing of another store.
 * 2. A journal entry, a movement, a count, a log entry is never edited. Its deletion is head office's, which retires the losing
 *    leaf of two bodies under one id; a store deletes nothing of these.
 * 3. A second body under the same id, written by somebody who did not know the first, is let in beside it: both are kept, and
 *    the conflict desk raises the alarm. Refusing it here would hide it.
 * 4. There are no attachments.
 *
 * Who is who: an administrator, or a user with the role `head-office`, or one with the role `store-<id>` for each of its stores.
 */
import type { DesignDocument } from '../couch/prepare-database.ts'

/**
 * ES5, for CouchDB's SpiderMonkey of any age, and without a reference to anything outside. CouchDB gives a document's ancestor or
 * null; other servers give whatever has the id, so the function itself looks whether it is an ancestor. A revision after the
 * first is an edit, whatever it says of its ancestors.
 */
const validate = `function (newDoc, oldDoc, userCtx) {
  function refuse(reason) { throw { forbidden: reason } }
  function has(list, item) { return !!list && list.indexOf(item) !== -1 }

  function isEdit(old, doc) {
    if (!doc._revisions || !old._rev || doc._revisions.start > 1) return true
    var generation = parseInt(old._rev, 10)
    var hash = old._rev.slice(old._rev.indexOf('-') + 1)
    return doc._revisions.ids[doc._revisions.start - generation] === hash
  }

  function isImmutable(doc) {
    return /^(journal|movement|count|log):/.test(doc._id)
  }

  function isSame(a, b, isTop) {
    if (a === b) return true
    if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false
    if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false
    var key
    for (key in a) if (!(isTop && key.charAt(0) === '_') && !(key in b && isSame(a[key], b[key], false))) return false
    for (key in b) if (!(isTop && key.charAt(0) === '_') && !(key in a)) return false
    return true
  }

  if (newDoc._id.indexOf('_design/') === 0) return
  var key
  for (key in newDoc._attachments || {}) refuse('/_attachments are not kept')

  var roles = userCtx.roles || []
  var isHeadOffice = has(roles, '_admin') || has(roles, 'head-office')
  var database = /(?:^|\\/)store-(s[0-9]+)-/.exec(userCtx.db)
  var store = database ? database[1] : null
  var series = /^(?:journal|terminal):(s[0-9]+)-/.exec(newDoc._id)

  function mayWriteOf(id) { return isHeadOffice || has(roles, 'store-' + id) }

  if (!userCtx.name && !isHeadOffice) throw { unauthorized: 'sign in first' }
  if (store && !mayWriteOf(store)) refuse('only store ' + store + ' and head office write here')
  if (series && store && series[1] !== store) refuse('/_id is of store ' + series[1] + ', this database of ' + store)
  if (series && !mayWriteOf(series[1])) refuse('/_id is of store ' + series[1])
  if (!newDoc._deleted) {
    var owner = newDoc.storeId
    if (typeof owner !== 'string' && (store || !isHeadOffice)) refuse('/storeId is missing')
    if (store && owner !== store && !(owner === 'hq' && isHeadOffice)) {
      refuse('/storeId is ' + owner + ' in a database of ' + store)
    }
    if (!store && owner !== 'hq' && !mayWriteOf(owner)) refuse('/storeId is ' + owner)
  }

  if (isImmutable(newDoc)) {
    if (newDoc._deleted && !isHeadOffice) refuse('an entry of a record is not deleted; correct it by a new one')
    var hasOld = oldDoc && !oldDoc._deleted && !newDoc._deleted
    if (hasOld && isEdit(oldDoc, newDoc) && !isSame(newDoc, oldDoc, true)) {
      refuse('integrity alarm: an entry of a record is not changed; correct it by a new one')
    }
  }
}`

export const storeRules: DesignDocument = { name: 'store-rules', views: {}, validate }
