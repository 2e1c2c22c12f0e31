/**
 * The keys of this browser, in a small IndexedDB of their own: clearing what the till keeps never touches it. The keys can't be
 * exported, so a script can use them on this till and never take them elsewhere.
 *
 * A key is made once: of two tabs that find none, the `add` of one fails, and it takes the other's.
 */
import { makeDeviceKey, type DeviceKeyPair } from '@tidemark/contracts'
import type { SealingKey } from './sealed-fields.ts'

const databaseName = 'tidemark-keys'
const storeName = 'keys'

export class KeyStore {
  readonly #database: IDBDatabase

  private constructor(database: IDBDatabase) {
    this.#database = database
  }

  /** Rejects when the browser refuses: without its keys a till must not sell. */
  static async open(): Promise<KeyStore> {
    const request = indexedDB.open(databaseName, 1)
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(storeName))
    return new KeyStore(await resultOf(request))
  }

  /** Seals sensitive fields on this till's disk. */
  sealingKey(): Promise<SealingKey> {
    return this.#readOrMake('sealing', async () => ({
      id: crypto.randomUUID(),
      key: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
    }))
  }

  /** Proves to the hub who this till is. */
  deviceKey(): Promise<DeviceKeyPair> {
    return this.#readOrMake('device', makeDeviceKey)
  }

  async #readOrMake<Key>(name: string, make: () => Promise<Key>): Promise<Key> {
    const present = await this.#read<Key>(name)
    if (present !== undefined) return present
    // Made before the transaction begins: IndexedDB ends one that waits for anything else.
    const made = await make()
    return (await this.#add(name, made)) ? made : ((await this.#read<Key>(name)) ?? made)
  }

  #read<Key>(name: string): Promise<Key | undefined> {
    const request = this.#database.transaction(storeName).objectStore(storeName).get(name)
    return resultOf(request as IDBRequest<Key | undefined>)
  }

  /** False when another tab was first. Resolves when the key is on disk: what is sealed with it must be readable tomorrow. */
  async #add(name: string, key: unknown): Promise<boolean> {
    const transaction = this.#database.transaction(storeName, 'readwrite', { durability: 'strict' })
    transaction.objectStore(storeName).add(key, name)
    return new Promise((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve(true))
      transaction.addEventListener('abort', () => {
        if (transaction.error?.name === 'ConstraintError') resolve(false)
        else reject(transaction.error ?? new Error('the key could not be stored'))
      })
    })
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('the browser refused IndexedDB')))
  })
}
