/**
 * Carts that wait: a customer went for something forgotten, and the next one is served. They are in this browser's own database, like the
 * open cart, and never leave it.
 *
 *     open cart ──hold: written here, then emptied there──► held ──recall: written there, then removed here──► open cart
 *
 * A tab that dies between the two steps leaves the cart in both places. Its trace says that it is one cart, and the open one counts.
 */
import type { Cart } from './cart.ts'
import type { DeviceStore } from './device-store.ts'

export interface HeldCart {
  readonly id: string
  readonly name: string
  /** ISO 8601. */
  readonly heldAt: string
  readonly totalMinor: number
  readonly cart: Cart
}

/** Carts that can wait at one till. */
export const maxHeldCarts = 50

/** Oldest first, without those that are open at the same time; these are removed. */
export async function listHeldCarts(device: DeviceStore, open: Cart): Promise<HeldCart[]> {
  const all = await device.heldCarts()
  const isOpen = (held: HeldCart) => open.trace !== null && held.cart.trace?.traceparent === open.trace.traceparent
  for (const held of all.filter(isOpen)) await device.forgetHeldCart(held.id)
  return all.filter((held) => !isOpen(held)).sort((a, b) => (a.heldAt < b.heldAt ? -1 : 1))
}
