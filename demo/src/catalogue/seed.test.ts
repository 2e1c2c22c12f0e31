import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nano from 'nano'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreePorts, host } from '../addresses.ts'
import { centralProcess } from '../process-specs.ts'
import { createSupervisor, type Supervisor } from '../processes.ts'
import { productCount } from './products.ts'
import { seedCentral } from './seed.ts'
import { demoStore } from './store-documents.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-seed-'))
const stores = [demoStore(0), demoStore(1)]
let supervisor: Supervisor
let url = ''

beforeAll(async () => {
  const { central } = await findFreePorts(0)
  const machine = { path: '', home: folder, logLevel: 'warn' }
  supervisor = createSupervisor({ logDir: folder, onUnexpectedEnd: () => undefined })
  await supervisor.start(
    centralProcess({ port: central, dataDir: join(folder, 'central'), password: 'secret', machine }),
  )
  url = `http://admin:secret@${host}:${central}`
})
afterAll(async () => {
  await supervisor.stopAll([])
  rmSync(folder, { recursive: true, force: true })
})

test('seeding writes everything once; seeding again changes nothing, also not what head office has changed since', async () => {
  const first = await seedCentral(url, stores)
  expect(first.written).toBeGreaterThan(productCount)
  expect(first.present).toBe(0)
  const catalogue = nano(url).use<{ priceMinor: number }>('catalog')
  const product = await catalogue.get('product:100001')
  await catalogue.insert({ ...product, priceMinor: 1 })
  const before = await catalogue.info()

  const second = await seedCentral(url, [...stores, demoStore(2)])
  expect(second.present).toBe(first.written)
  expect((await catalogue.get('product:100001')).priceMinor).toBe(1)
  // Only the document of the third store is new.
  expect((await catalogue.info()).doc_count).toBe(before.doc_count + 1)
})
