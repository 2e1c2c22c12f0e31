import { fileURLToPath } from 'node:url'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connectPublisher,
  freePort,
  runInProcess,
  sampleLog,
  startCentral,
  startNatsServer,
  startProcess,
  waitUntil,
  type Central,
  type NatsServer,
  type TestPublisher,
} from '@tidemark/service-kit/test-support'
import { createSyncLogService } from './app.ts'

let central: Central
let nats: NatsServer
let publisher: TestPublisher
const folder = mkdtempSync(join(tmpdir(), 'tidemark-audit-crash-'))
const keyFile = join(folder, 'audit.pem')

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  publisher = await connectPublisher(nats.url)
})

afterAll(async () => {
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const placed = async (): Promise<number> => {
  const { rows } = await central.request('GET', '/audit/_design/audit/_view/placements?reduce=true')
  return (rows as { value: number }[] | undefined)?.[0]?.value ?? 0
}

test('killed again and again while it takes in entries, the audit has each of them once in one chain', async () => {
  const entries = 1200
  const logs = ['1', '2', '3'].map((digit) => {
    const log = sampleLog('s001', digit)
    for (let sequence = 1; sequence < entries / 3; sequence += 1) log.appendStored('inventory', sequence)
    return log
  })
  // From both sides, as it is: a killed consumer's messages come again late, and reconciliation does not wait for them.
  await central.request('PUT', '/store-s001-sync-log')
  for (const log of logs) {
    await central.request('POST', '/store-s001-sync-log/_bulk_docs', { docs: log.entries })
    for (const entry of log.entries) await publisher.publish('s001', entry)
  }

  for (const goal of [1, entries / 3, (2 * entries) / 3]) {
    const port = await freePort()
    const env = {
      PORT: String(port),
      COUCHDB_URL: central.url,
      NATS_URL: nats.url,
      AUTH: 'off',
      AUDIT_KEY_FILE: keyFile,
    }
    const program = fileURLToPath(new URL('server.ts', import.meta.url))
    const child = await startProcess({ program, env, readyUrl: `http://127.0.0.1:${port}/health/live` })
    await waitUntil('some have their place', async () => (await placed()) >= goal)
    await child.kill()
  }

  const { service, get, send } = await runInProcess(createSyncLogService({ keyFile }), central, nats, {
    ackWaitMs: 1500,
  })
  await waitUntil('all is acknowledged', async () => (await publisher.unacknowledged('sync-log')) === 0)
  expect((await get('/chain')).body).toMatchObject({ verified: true, size: entries, faults: [] })
  const { epochs } = (await get('/stores/s001/chain')).body as { epochs: { entries: number; faults: unknown[] }[] }
  expect(epochs.map(({ entries: count, faults }) => [count, faults])).toEqual(logs.map(() => [entries / 3, []]))
  expect((await send('POST', '/heads')).body).toMatchObject({ head: { size: entries } })
  await service.stop()
})
