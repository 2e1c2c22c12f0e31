import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, startProcess, type NodeProcess } from '@tidemark/service-kit/test-support'
import { product, rev, startDesk, taxRate, type DeskSystem, type Fields } from '../test/desk-system.ts'

const program = fileURLToPath(new URL('server.ts', import.meta.url))
const documents = 30
const kills = 3

let system: DeskSystem
let child: NodeProcess | undefined
beforeAll(async () => {
  system = await startDesk()
})
afterAll(async () => {
  await child?.kill()
  await system?.stop()
})

async function startService(): Promise<NodeProcess> {
  const port = await freePort()
  return startProcess({
    program,
    env: {
      AUTH: 'off',
      PORT: String(port),
      COUCHDB_URL: system.central.url,
      NATS_URL: system.nats.url,
      LOG_LEVEL: 'silent',
    },
    readyUrl: `http://127.0.0.1:${port}/health/ready`,
  })
}

/** The versions of a document: of even ones a product that merges, of odd ones a tax rate on which head office decides. */
function versionsOf(index: number): readonly [Fields & { _id: string }, Fields & { _id: string }] {
  const key = `killed-${index}`
  if (index % 2 === 1) return [taxRate(key, 2, 'hq'), taxRate(key, 3, 's001hub', { name: 'theirs' })]
  return [product(key, 2, 's001t01', { name: 'Milch' }), product(key, 3, 's001t02', { category: 'Cheese' })]
}

test('a desk that is killed while it decides leaves one revision, one closed case and every body', async () => {
  // The one that answers questions does no work meanwhile.
  const { stop } = system.desk.service
  await stop()
  for (let index = 0; index < documents; index += 1) {
    const [first, second] = versionsOf(index)
    await system.replicate('catalog', first, rev(1, 'a'))
    await system.replicate('catalog', second, rev(1, 'b'))
  }
  for (let kill = 0; kill < kills; kill += 1) {
    child = await startService()
    await sleep(Math.random() * 150)
    await child.kill()
  }
  const witness = await system.startAnother()
  const answer = async (path: string) => (await witness.get(path)).body['items'] as readonly Fields[]
  await expect.poll(async () => (await answer('/conflicts?status=resolved&limit=100')).length).toBe(documents)
  const cases = await answer('/conflicts?limit=100')
  expect(cases).toHaveLength(documents)
  for (let index = 0; index < documents; index += 1) {
    const versions = versionsOf(index)
    const [{ _id: id }] = versions
    const leaves = await system.leavesOf('catalog', id)
    expect(leaves).toMatchObject([index % 2 === 1 ? { name: 'Food' } : { name: 'Milch', category: 'Cheese' }])
    const kept = cases.find(({ documentId }) => documentId === id)?.['leaves'] as readonly { readonly body: Fields }[]
    expect(kept.map(({ body }) => body)).toEqual(expect.arrayContaining([...versions]))
  }
  expect(await answer('/change-requests?limit=100')).toHaveLength(documents / 2)
})
