/**
 * What IndexedDB refuses, noticed where it happens.
 *
 * 1. A transaction that finds no room fails by itself. PouchDB would close the connection, and to open one it writes: on a full disk
 *    nothing could be read any more, not even to be saved elsewhere. So it does not hear of the abort; whoever wrote does.
 * 2. The browser can close a connection too. Whoever holds the database has to open it anew.
 */

/** `no-room`: the quota is used up. `closed`: the connection is gone. */
export type StorageFailure = 'no-room' | 'closed'

const pouchPrefix = '_pouch_'

/** Tells of every failure, with PouchDB's name of the database. */
export function watchStorage(
  prototype: IDBDatabase,
  onFailure: (database: string, failure: StorageFailure) => void,
): void {
  const begin = prototype.transaction
  prototype.transaction = function transaction(
    this: IDBDatabase,
    storeNames: string | Iterable<string>,
    mode?: IDBTransactionMode,
    options?: IDBTransactionOptions,
  ): IDBTransaction {
    const name = this.name.replace(pouchPrefix, '')
    try {
      const transaction = begin.call(this, storeNames, mode, options)
      transaction.addEventListener('abort', (event) => {
        if (transaction.error?.name !== 'QuotaExceededError') return
        event.stopPropagation()
        onFailure(name, 'no-room')
      })
      return transaction
    } catch (error) {
      if (error instanceof DOMException && error.name === 'InvalidStateError') onFailure(name, 'closed')
      throw error
    }
  }
}
