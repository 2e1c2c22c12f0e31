import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connectPublisher,
  freePort,
  sampleSeries,
  signInEnvironment,
  signToken,
  startCentral,
  startNatsServer,
  startProcess,
  waitUntil,
  type Central,
  type NatsServer,
  type TestPublisher,
} from '../test/index.ts'

let central: Central
let nats: NatsServer
let publisher: TestPublisher

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  publisher = await connectPublisher(nats.url)
})

afterAll(async () => {
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
})

async function noted(): Promise<number> {
  const { rows } = await central.request('GET', '/notebook-slow/_all_docs')
  return ((rows ?? []) as { id: string }[]).filter(({ id }) => id.startsWith('journal:')).length
}

test('told to stop under load, a service finishes its batch and its answers; every document written is acknowledged', async () => {
  const total = 4000
  const lane = sampleSeries('s111-t01-1')
  for (let count = 0; count < total; count += 1) {
    const entry = lane.sale([{ sku: 'milk', quantity: 1 }])
    await publisher.publish('s111', entry)
  }
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const program = {
    program: fileURLToPath(new URL('../test/notebook-program.ts', import.meta.url)),
    env: { PORT: String(port), COUCHDB_URL: central.url, NATS_URL: nats.url, ...signInEnvironment() },
    readyUrl: `${address}/health/ready`,
  }
  const first = await startProcess(program)
  await waitUntil('it is at work', async () => (await noted()) > 0)
  const headers = { authorization: `Bearer ${await signToken()}` }
  const underWay = Array.from({ length: 5 }, () => fetch(`${address}/slow`, { headers }))
  // Connections are taken in their order: those before this one are under way.
  await fetch(`${address}/health/live`)
  await sleep(100)
  expect(await first.kill('SIGTERM')).toBe(0)
  expect((await Promise.all(underWay)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  const written = await noted()
  expect(written).toBeGreaterThan(0)
  expect(written).toBeLessThan(total)
  // The broker has the acknowledgements when the process ends, and may still be working them in.
  await waitUntil('what was written is acknowledged', async () => (await publisher.acknowledgedUpTo('slow')) >= written)
  expect(await publisher.acknowledgedUpTo('slow')).toBe(written)

  const second = await startProcess(program)
  await waitUntil('the rest is taken in', async () => (await publisher.acknowledgedUpTo('slow')) === total)
  expect(await noted()).toBe(total)
  expect(await second.kill('SIGTERM')).toBe(0)
})
