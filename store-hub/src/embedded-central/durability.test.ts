import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import nano from 'nano'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startCentralProcess } from './testing/central-process.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'central-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('what was acknowledged is there after kill -9, in every round', async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < 3; round += 1) {
    const central = await startCentralProcess(directory)
    const server = nano(central.url)
    if (round === 0) await server.db.create('ledger')
    const ledger = server.use('ledger')
    const running = new AbortController()
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; !running.signal.aborted; n += 1) {
        const id = `${round}-${writer}-${n}`
        await ledger.insert({ _id: id }).then(
          () => acknowledged.push(id),
          () => undefined,
        )
      }
    }
    const writers = [0, 1, 2].map(write)
    const before = acknowledged.length
    while (acknowledged.length < before + 20) await new Promise((resolve) => setImmediate(resolve))
    await central.kill()
    running.abort()
    await Promise.all(writers)
  }
  const central = await startCentralProcess(directory)
  const { rows } = await nano(central.url).use('ledger').list()
  const kept = new Set(rows.map((row) => row.id))
  expect(acknowledged.length).toBeGreaterThanOrEqual(60)
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  expect(await central.stop()).toBe(0)
})
