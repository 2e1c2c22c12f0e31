/**
 * Strict durability. Chromium reports an IndexedDB transaction as complete when the operating system has the data, not the disk,
 * unless it is asked for `strict`; PouchDB never asks. A receipt that is printed must survive the power going out, so every
 * transaction that may write asks here.
 * https://developer.mozilla.org/docs/Web/API/IDBDatabase/transaction#durability
 */

/**
 * What the hub can send again, what is compared again when it is lost, and the till's own log need no fsync for each write: loading the catalogue
 * would wait for hundreds, and a sale for those of the one before.
 */
const replaceable = /^_pouch_(catalog|stock|received-.+|sync-positions|sync-log)$/
let durableWork = 0

export function requireStrictDurability(prototype: IDBDatabase): void {
  const begin = prototype.transaction
  prototype.transaction = function transaction(
    this: IDBDatabase,
    storeNames: string | Iterable<string>,
    mode?: IDBTransactionMode,
    options?: IDBTransactionOptions,
  ): IDBTransaction {
    const strict = mode === 'readwrite' && (durableWork > 0 || !replaceable.test(this.name))
    return begin.call(this, storeNames, mode, strict ? { ...options, durability: 'strict' } : options)
  }
}

/** Whatever is written meanwhile is on the disk when it is reported so, also where the hub could send it again. */
export async function durably<Result>(work: () => Promise<Result>): Promise<Result> {
  durableWork += 1
  try {
    return await work()
  } finally {
    durableWork -= 1
  }
}
