/**
 * Saves the open cart at every change. Only the newest value matters: while one write is going on, later carts replace each other, and what
 * is on disk already is not written again.
 */
import type { Cart } from './cart.ts'
import type { DeviceStore } from './device-store.ts'

export class CartKeeper {
  readonly #device: Pick<DeviceStore, 'write'>
  #waiting: Cart | undefined
  /** JSON of what is on disk, or on its way there; undefined where that is not known. */
  #stored: string | undefined
  #writing: Promise<void> | undefined

  constructor(device: Pick<DeviceStore, 'write'>) {
    this.#device = device
  }

  /** Resolves when this cart, or a later one, is on disk. */
  save(cart: Cart): Promise<void> {
    const isNewest = this.#waiting === undefined && JSON.stringify(cart) === this.#stored
    if (isNewest) return this.#writing ?? Promise.resolve()
    this.#waiting = cart
    this.#writing ??= this.#drain()
    return this.#writing
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting !== undefined) {
        const cart = this.#waiting
        this.#waiting = undefined
        this.#stored = JSON.stringify(cart)
        await this.#device.write('cart', cart)
      }
    } catch (error) {
      this.#stored = undefined
      throw error
    } finally {
      // In one breath with the last look for a waiting cart: one that came between would be taken for written.
      this.#writing = undefined
    }
  }
}
