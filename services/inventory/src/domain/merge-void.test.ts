import { expect, test } from 'vitest'
import type { ChangeEffect } from './derive-effect.ts'
import { emptyVoidEffect, mergeVoid, mergeVoided, type VoidEffect } from './merge-void.ts'

const sale: ChangeEffect = {
  _id: 'effect:s001:sale',
  type: 'stock-effect',
  storeId: 's001',
  at: '2026-11-22T09:00:00.000Z-0000-s001t01',
  sourceId: 'sale',
  sourceType: 'sale',
  contentHash: '',
  recordedAt: '',
  lines: [{ sku: 'milk', quantity: -3 }],
}
const early = { id: 'b', at: '2026-11-22T09:01:00.000Z-0000-s001t02' }
const late = { id: 'a', at: '2026-11-22T09:02:00.000Z-0000-s001t01' }

test('a void, a second void and their sale make the same document in every order and however often they come', () => {
  const steps: ((effect: VoidEffect) => VoidEffect)[] = [
    (effect) => mergeVoid(effect, early),
    (effect) => mergeVoid(effect, late),
    (effect) => mergeVoided(effect, sale),
  ]
  const orders = [0, 1, 2].flatMap((x) => [0, 1, 2].flatMap((y) => [0, 1, 2].map((z) => [x, y, z, x, y, z, 0, 1, 2])))
  const results = orders.map((order) => order.reduce((effect, index) => steps[index]!(effect), emptyVoidEffect('sale')))
  for (const result of results) {
    expect(result).toMatchObject({
      voids: [early, late],
      reversal: { storeId: 's001', lines: [{ sku: 'milk', quantity: 3 }] },
    })
  }
})
