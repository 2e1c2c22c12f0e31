/** Views of the audit. The functions are ES5 text: CouchDB's engine and PouchDB's both run them. */
import type { DesignDocument } from '@tidemark/service-kit'

export const auditDesignName = 'audit'
export const searchDesignName = 'search'
/** In a key of `by_time`: every store, or every kind. */
export const anything = '*'

/** `[storeId, epoch, number]`; counted by the reduce. */
const entriesMap = `function (doc) {
  if (doc.type === 'audit-entry') {
    emit([doc.storeId, doc.epoch, doc.number], null);
  }
}`

/** Blocks of the chain by the last position in them. */
const blocksMap = `function (doc) {
  if (doc.type === 'audit-block') {
    emit(doc.lastPosition, null);
  }
}`

/** Roots of full tiles, by their number. */
const tilesMap = `function (doc) {
  if (doc.type === 'audit-block') {
    for (var i = 0; i < doc.tiles.length; i += 1) {
      emit(doc.tiles[i].tile, doc.tiles[i].root);
    }
  }
}`

/** `[storeId, epoch, number]` → `[position, leaf]`. */
const placementsMap = `function (doc) {
  if (doc.type === 'audit-block') {
    for (var i = 0; i < doc.entries.length; i += 1) {
      var placed = doc.entries[i];
      emit([placed.storeId, placed.epoch, placed.number], [doc.firstPosition + i, placed.leaf]);
    }
  }
}`

/** Forks by `[storeId, epoch, number]`. */
const forksMap = `function (doc) {
  if (doc.type === 'alarm' && doc.kind === 'fork') {
    emit([doc.storeId, doc.epoch, doc.number], null);
  }
}`

/** Alarms by `[state or *, storeId or *, raisedAt, id]`. */
const alarmsMap = `function (doc) {
  if (doc.type === 'alarm') {
    var states = ['*', doc.state || 'open'];
    for (var i = 0; i < states.length; i += 1) {
      emit([states[i], '*', doc.raisedAt, doc._id], null);
      emit([states[i], doc.storeId, doc.raisedAt, doc._id], null);
    }
  }
}`

/** How many alarms are open, by kind. */
const openAlarmsMap = `function (doc) {
  if (doc.type === 'alarm' && (doc.state || 'open') === 'open') {
    emit(doc.kind, null);
  }
}`

/** Signed heads: `[kind, size, id]`. */
const headsMap = `function (doc) {
  if (doc.type === 'signed-head') {
    emit([doc.head.kind, doc.head.size, doc._id], null);
    emit(['*', doc.head.size, doc._id], null);
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
    blocks: { map: blocksMap },
    tiles: { map: tilesMap },
    placements: { map: placementsMap, reduce: '_count' },
    forks: { map: forksMap, reduce: '_count' },
    alarms: { map: alarmsMap },
    open_alarms: { map: openAlarmsMap, reduce: '_count' },
    heads: { map: headsMap },
    rejections: { map: rejectionsMap },
  },
}

/**
 * `[scope, kind or *, at, id]`. Scopes: `*`, a store, `terminal:<terminal>` and `document:<id>`; a document has one row for all
 * kinds, because few entries tell of one document.
 */
const byTimeMap = `function (doc) {
  if (doc.type !== 'audit-entry') return;
  var event = (doc.entry && doc.entry.event) || {};
  var documents = {};
  var terminals = {};
  function noteTerminal(text) {
    var match = /(s[0-9]{3,6}-t[0-9]{2})(-[0-9]+)?($|:)/.exec(text || '');
    if (match) terminals[match[1]] = true;
  }
  function noteDocument(id) {
    if (typeof id !== 'string') return;
    documents[id] = true;
    if (id.indexOf('journal:') === 0) noteTerminal(id.substring(8));
  }
  noteTerminal(event.incarnation);
  noteTerminal(event.origin);
  noteDocument(event.id);
  noteDocument(event.conflict);
  var listed = event.documents;
  if (listed && listed.length) {
    for (var i = 0; i < listed.length; i += 1) noteDocument(listed[i].id);
  }
  function emitScope(scope) {
    emit([scope, doc.kind, doc.at, doc._id], null);
    emit([scope, '*', doc.at, doc._id], null);
  }
  emitScope('*');
  emitScope(doc.storeId);
  for (var terminal in terminals) emitScope('terminal:' + terminal);
  for (var id in documents) emit(['document:' + id, '*', doc.at, doc._id], null);
}`

export const searchDesign: DesignDocument = { name: searchDesignName, views: { by_time: { map: byTimeMap } } }
