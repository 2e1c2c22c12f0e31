/** Saves the open cart at every change. Only the newest value matters: while one write is going on, later carts replace each other. */
import type { Cart } from './cart.ts'
import type { DeviceStore } from './device-store.ts'

export class CartKeeper {
  readonly #device: DeviceStore
  #waiting: Cart | undefined
  #writing: Promise<void> | undefined

  constructor(device: DeviceStore) {
    this.#device = device
  }

  /** Resolves when this cart, or a later one, is on disk. */
  save(cart: Cart): Promise<void> {
    this.#waiting = cart
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  async #drain(): Promise<void> {
    while (this.#waiting !== undefined) {
      const cart = this.#waiting
      this.#waiting = undefined
      await this.#device.write('cart', cart)
    }
  }
}
