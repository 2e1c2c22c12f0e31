import { expect, test } from 'vitest'
import { emptyCart, type Cart } from './cart.ts'
import { CartKeeper } from './cart-keeper.ts'
import type { DeviceStore } from './device-store.ts'

function slowDevice() {
  const written: unknown[] = []
  let done: () => void = () => undefined
  const device: Pick<DeviceStore, 'write'> = {
    write: (_key, value) =>
      new Promise((resolve) => {
        written.push(value)
        done = resolve
      }),
  }
  return { keeper: new CartKeeper(device), written, finishWrite: () => done() }
}

test('a cart is on disk when its save resolves, at whatever moment of another write it was handed over', async () => {
  for (let ticks = 0; ticks < 12; ticks += 1) {
    const { keeper, written, finishWrite } = slowDevice()
    const later: Cart = { ...emptyCart, nextLineId: 2 }
    const first = keeper.save(emptyCart)
    finishWrite()
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    const second = keeper.save(later)
    const finishing = setInterval(finishWrite)
    await Promise.all([first, second])
    clearInterval(finishing)
    expect(written.at(-1)).toBe(later)
  }
})

test('a cart that is on disk is not written again; one whose write failed is', async () => {
  const written: unknown[] = []
  let isFull = false
  const device: Pick<DeviceStore, 'write'> = {
    write: (_key, value) => {
      written.push(value)
      return isFull ? Promise.reject(new Error('no room')) : Promise.resolve()
    },
  }
  const keeper = new CartKeeper(device)
  await keeper.save(emptyCart)
  await keeper.save({ ...emptyCart })
  expect(written).toHaveLength(1)
  isFull = true
  await expect(keeper.save({ ...emptyCart, nextLineId: 2 })).rejects.toThrow('no room')
  isFull = false
  await keeper.save(emptyCart)
  expect(written).toHaveLength(3)
})
