/**
 * Strict durability. Chromium reports an IndexedDB transaction as complete when the operating system has the data, not the disk,
 * unless it is asked for `strict`; PouchDB never asks. A receipt that is printed must survive the power going out, so every
 * transaction that may write asks here.
 * https://developer.mozilla.org/docs/Web/API/IDBDatabase/transaction#durability
 */

/** What the hub can send again needs no fsync for each batch: loading the catalogue would wait for hundreds. */
const reloadable = new Set(['_pouch_catalog'])

export function requireStrictDurability(prototype: IDBDatabase): void {
  const begin = prototype.transaction
  prototype.transaction = function transaction(
    this: IDBDatabase,
    storeNames: string | Iterable<string>,
    mode?: IDBTransactionMode,
    options?: IDBTransactionOptions,
  ): IDBTransaction {
    const strict = mode === 'readwrite' && !reloadable.has(this.name)
    return begin.call(this, storeNames, mode, strict ? { ...options, durability: 'strict' } : options)
  }
}
