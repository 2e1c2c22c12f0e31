import { salesDatabaseOf, type DurabilityResponse, type DurabilityStage } from '@tidemark/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectTill, eventually, makeSales, startStore, type RunningHub, type StoreSystem } from '../testing/index.ts'

const database = salesDatabaseOf(new Date().toISOString())
let system: StoreSystem
let hub: RunningHub
beforeAll(async () => {
  system = await startStore()
  hub = await system.startHub()
})
afterAll(() => system.close())

const ask = (token: string, ids: readonly string[]): Promise<Response> =>
  fetch(`${hub.url}/api/receipts/durability`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ receipts: ids.map((id) => ({ database, id })) }),
  })

it('tells of each receipt whether it is at the hub, at central, or named in the log that central has', async () => {
  const { incarnation, token } = await hub.enrolWhenReady(1)
  const [first, second, third] = makeSales(incarnation, 3).map((sale) => ({ ...sale }))
  const till = connectTill(hub.url, token).database(database)
  const stages = async (): Promise<DurabilityStage[]> => {
    const answer = (await (
      await ask(token, [first?._id ?? '', second?._id ?? '', third?._id ?? ''])
    ).json()) as DurabilityResponse
    return answer.receipts.map(({ stage }) => stage)
  }
  await till.put(first ?? { _id: '' })
  await eventually('the first receipt is audited', async () => (await stages())[0] === 'audited')
  system.centralLink.cut()
  await till.put(second ?? { _id: '' })
  expect(await stages()).toEqual(['audited', 'hub', 'absent'])
  await hub.close()
  hub = await system.startHub()
  // Central has not confirmed the whole log, so a hub that was just started can't say more for certain.
  expect(await stages()).toEqual(['central', 'hub', 'absent'])
  system.centralLink.restore()
  await till.close()
  await eventually('the second receipt is audited', async () => (await stages())[1] === 'audited')
  expect((await ask('nobody', ['journal:x'])).status).toBe(401)
  expect((await ask(token, [])).status).toBe(400)
})
