/** Carts that wait at this till, and their way in and out of the open one (data/held-carts.ts). */
import { msg, str } from '@lit/localize'
import { emptyCart, priceCart } from '../data/cart.ts'
import { listHeldCarts, maxHeldCarts, type HeldCart } from '../data/held-carts.ts'
import { failureWords } from './failure-words.ts'
import type { Selling } from './selling.ts'
import type { TillHost } from './till-host.ts'

export class HeldCarts {
  /** Oldest first. */
  list: readonly HeldCart[] = []
  readonly #till: TillHost
  readonly #selling: Selling

  constructor(till: TillHost, selling: Selling) {
    this.#till = till
    this.#selling = selling
  }

  async resume(): Promise<void> {
    this.list = await listHeldCarts(this.#till.databases.device, this.#selling.cart)
  }

  /** Puts the open cart aside under a name; the next customer starts with an empty one. */
  hold(name: string): Promise<void> {
    return this.#keepNotice(async () => {
      const { cart, rules, isLocked } = this.#selling
      if (cart.lines.length === 0 || rules === undefined || isLocked) return
      if (this.list.length >= maxHeldCarts) {
        this.#till.notices.warn(msg(str`${maxHeldCarts} carts wait here already. Finish one first.`))
        return
      }
      const totalMinor = priceCart(cart, rules).grossMinor
      const held = { id: crypto.randomUUID(), name: name.trim(), heldAt: new Date().toISOString(), totalMinor, cart }
      await this.#till.databases.device.writeHeldCart(held)
      await this.#selling.replace(emptyCart)
      this.list = [...this.list, held]
    })
  }

  /** Opens a cart that waits. An open one that is not empty is put aside in its place, so nothing gets lost or mixed. */
  recall(id: string): Promise<void> {
    return this.#keepNotice(async () => {
      const held = this.list.find((candidate) => candidate.id === id)
      if (held === undefined || this.#selling.isLocked) return
      if (this.#selling.cart.lines.length > 0) await this.hold(msg('Put aside'))
      if (this.#selling.cart.lines.length > 0) return
      this.#selling.receipt = undefined
      // Only what is open on disk is no longer needed here.
      if (await this.#selling.replace(held.cart)) await this.#forget(id)
    })
  }

  /** Throws a waiting cart away, with a way back. */
  discard(id: string): Promise<void> {
    return this.#keepNotice(async () => {
      const held = this.list.find((candidate) => candidate.id === id)
      if (held === undefined) return
      await this.#forget(id)
      this.#till.notices.tell(msg(str`Thrown away: ${held.name}`), () => void this.#bringBack(held))
    })
  }

  async #bringBack(held: HeldCart): Promise<void> {
    this.#till.notices.dismiss()
    await this.#keepNotice(async () => {
      await this.#till.databases.device.writeHeldCart(held)
      this.list = [...this.list, held].sort((a, b) => (a.heldAt < b.heldAt ? -1 : 1))
    })
  }

  async #forget(id: string): Promise<void> {
    await this.#till.databases.device.forgetHeldCart(id)
    this.list = this.list.filter((held) => held.id !== id)
  }

  async #keepNotice(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#till.notices.warn(msg(str`The waiting carts could not be changed on this till: ${failureWords(error)}`))
    }
    this.#till.changed()
  }
}
