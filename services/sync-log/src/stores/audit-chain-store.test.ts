import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectCouch, ensureDatabase, ensureDesignDocument, type CouchDatabase } from '@tidemark/service-kit'
import { sampleLog, startCentral, type Central } from '@tidemark/service-kit/test-support'
import { auditEntryOf, type AuditEntry } from '../domain/audit-entry.ts'
import { leafOf } from '../domain/audit-chain.ts'
import { rangeHash } from '../domain/merkle-tree.ts'
import { openAuditChain, placementKey, type AuditChainStore } from './audit-chain-store.ts'
import { auditDesign } from './design/audit-views.ts'

let central: Central
let database: CouchDatabase
const now = new Date('2026-11-22T10:00:00.000Z')

beforeAll(async () => {
  central = await startCentral()
  database = await ensureDatabase(connectCouch(central.url), 'audit')
  await ensureDesignDocument(database, auditDesign)
})
afterAll(() => central?.stop())

function entriesOf(digit: string, count: number): readonly AuditEntry[] {
  const log = sampleLog('s001', digit)
  for (let sequence = 1; sequence < count; sequence += 1) log.appendStored('inventory', sequence)
  return log.entries.map((entry) => auditEntryOf(entry, 'feed', undefined, now))
}

/** Inserts a batch and gives it its places, as the handler of messages does. */
async function take(chain: AuditChainStore, entries: readonly AuditEntry[]): Promise<void> {
  await chain.write(async (place) => {
    const results = await database.bulkInsert(entries)
    await place(entries.map((entry, index) => ({ entry, stored: results[index]?.kind === 'stored' })))
  })
}

/** All that is in blocks, in order; each block must go on where the one before it ended. */
async function wholeChain(chain: AuditChainStore): Promise<readonly string[]> {
  const blocks = await chain.readBlocks(0, 1000)
  for (const [index, block] of blocks.entries()) {
    expect(block.number).toBe(index + 1)
    expect(block.firstPosition).toBe((blocks[index - 1]?.lastPosition ?? -1) + 1)
    if (index > 0) expect(block.previousHash).toBe(blocks[index - 1]?.entries.at(-1)?.hash)
  }
  return blocks.flatMap(({ entries }) => entries.map(placementKey))
}

test('writers that take in the same entries at once put each of them in one chain once', async () => {
  const entries = entriesOf('1', 600)
  const writers = Array.from({ length: 3 }, () => openAuditChain(database, () => now))
  const batches = Array.from({ length: 12 }, (_, index) => entries.slice(index * 50, index * 50 + 100))
  await Promise.all(writers.flatMap((writer) => batches.map((batch) => take(writer, batch))))
  const [first] = writers
  if (first === undefined) throw new Error('no writer')
  const placed = await wholeChain(first)
  expect(placed.length).toBe(600)
  expect(new Set(placed)).toEqual(new Set(entries.map(placementKey)))

  const leaves = new Map(entries.map((entry) => [placementKey(entry), leafOf(entry)]))
  const root = rangeHash({ from: 0, to: 600 }, ({ from, to }) =>
    to - from === 1 ? leaves.get(placed[from] ?? '') : undefined,
  )
  // A writer that has seen it grow, and one that reads it anew.
  for (const chain of [...writers, openAuditChain(database, () => now)]) {
    expect(await chain.hashes([{ from: 0, to: 600 }])).toEqual([root])
  }
})

test('a write whose answer was lost, or that never came, is made good when the entries come again', async () => {
  const entries = entriesOf('2', 40)
  const lossy = (losesRequest: boolean): CouchDatabase => ({
    ...database,
    async bulkInsert(documents) {
      if (losesRequest) throw new Error('the connection broke')
      await database.bulkInsert(documents)
      throw new Error('the connection broke')
    },
  })
  for (const [losesRequest, batch] of [
    [false, entries.slice(0, 20)],
    [true, entries.slice(20)],
  ] as const) {
    await database.bulkInsert(batch)
    const broken = openAuditChain(lossy(losesRequest), () => now)
    await expect(broken.write((place) => place(batch.map((entry) => ({ entry, stored: true }))))).rejects.toThrow(
      'broke',
    )
  }
  const chain = openAuditChain(database, () => now)
  await take(chain, entries)
  await take(chain, entries)
  const placed = await wholeChain(chain)
  expect(placed.filter((key) => key.includes('2'.repeat(32))).toSorted()).toEqual(entries.map(placementKey).toSorted())
})
