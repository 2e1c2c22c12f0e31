import { expect, test } from 'vitest'
import { genesisHash, type ChainLink } from '@tidemark/contracts'
import { chainStatusOf } from './verify-chain.ts'

const links: ChainLink[] = []
for (let number = 1; number <= 12; number += 1) {
  links.push({ number, previousHash: links.at(-1)?.hash ?? genesisHash, hash: `hash-${number}` })
}
const link = (number: number): ChainLink => links[number - 1] as ChainLink

test('an entry is verified by its neighbours, waits for the one before it, and is broken when one contradicts it', () => {
  expect(chainStatusOf(link(1), undefined, undefined)).toBe('verified')
  expect(chainStatusOf(link(5), link(4), link(6))).toBe('verified')
  expect(chainStatusOf(link(5), undefined, link(6))).toBe('waiting')
  expect(chainStatusOf(link(5), { hash: 'another' }, undefined)).toBe('broken')
  expect(chainStatusOf(link(5), link(4), { previousHash: 'another' })).toBe('broken')
})
