import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SyncLogEvent } from '@tidemark/contracts'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDocumentDatabase, type OpenDocumentDatabase } from '../store/index.ts'
import { createQuarantine, type Quarantine } from './quarantine.ts'
import type { QuarantineLimits, RefusalInput } from './quarantine-rules.ts'

const logger = pino({ level: 'silent' })
const sales = 'sales-2026-11'
let directory: string
let cases: OpenDocumentDatabase
let stored: OpenDocumentDatabase
let log: SyncLogEvent[]
let minute: number

const openCases = (): OpenDocumentDatabase =>
  openDocumentDatabase({ name: 'quarantine', file: path.join(directory, 'quarantine.sqlite') })
const now = (): Date => new Date(Date.UTC(2026, 10, 22, 9, (minute += 1)))

function openQuarantine(limits?: QuarantineLimits): Quarantine {
  return createQuarantine({
    database: cases,
    databaseOf: (name) => (name === sales ? stored : undefined),
    append: async (event) => void log.push(event),
    logger,
    now,
    ...(limits !== undefined && { limits }),
  })
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'quarantine-'))
  cases = openCases()
  stored = openDocumentDatabase({ name: sales, file: path.join(directory, 'sales.sqlite') })
  log = []
  minute = 0
})
afterEach(async () => {
  await cases.close()
  await stored.close()
  await rm(directory, { recursive: true })
})

const rev = '1-0123456789abcdef0123456789abcdef'
const body = (id: string): string => `{"_id":"${id}", "_rev":"${rev}", "n":1e3}`
const refusal = (ids: readonly string[], more: Partial<RefusalInput> & { reason?: string } = {}): RefusalInput => {
  const { reason = 'no hash', ...rest } = more
  const documents = ids.map((id) => ({ id, rev, reason, text: body(id) }))
  return { database: sales, origin: 's001-t01-1', documents, ...rest }
}
const store = (id: string, content: string) =>
  stored.write([
    {
      kind: 'replicated',
      id,
      revisions: { start: 1, ids: [rev.slice(2)] },
      deleted: false,
      body: content,
    },
  ])
const all = { limit: 500 }
const firstId = async (quarantine: Quarantine): Promise<string> => (await quarantine.list(all)).items[0]?.id ?? ''

it('keeps the exact text of a refused document, and one case for all its refusals, over a restart too', async () => {
  const first = openQuarantine()
  await first.record(refusal(['a', 'b']))
  await first.record(refusal(['a']))
  await first.close()
  await cases.close()
  cases = openCases()
  const second = openQuarantine()
  await second.record(refusal(['a']))
  const { items, open, total } = await second.list(all)
  expect({ open, total }).toEqual({ open: 2, total: 2 })
  const again = items.find(({ documentId }) => documentId === 'a')
  expect(again).toMatchObject({ count: 3, state: 'open', reason: 'no hash', origin: 's001-t01-1' })
  expect(await second.read(again?.id ?? '')).toMatchObject({ text: body('a') })
})

it('tells the sync log of the first refusal, of another reason, and of the 10th and 100th', async () => {
  const quarantine = openQuarantine()
  for (let time = 0; time < 100; time += 1) await quarantine.record(refusal(['a']))
  expect(log).toHaveLength(3)
  await quarantine.record(refusal(['a'], { reason: 'no total' }))
  expect(log.at(-1)).toMatchObject({ kind: 'documents-refused', documents: [{ id: 'a', reason: 'no total' }] })
  expect(log).toHaveLength(4)
})

it('names every document of a large refusal in the log, in entries that fit', async () => {
  const ids = Array.from({ length: 450 }, (_, index) => `journal:${index}`)
  await openQuarantine().record(refusal(ids, { reason: 'x'.repeat(2000) }))
  const named = log.flatMap((event) => (event.kind === 'documents-refused' ? event.documents : []))
  expect(log).toHaveLength(3)
  expect(named.map(({ id }) => id)).toEqual(ids)
  expect(Math.max(...named.map(({ reason }) => reason.length))).toBe(1000)
})

it('takes a case for accepted when the database holds that content, not when it holds that id', async () => {
  const quarantine = openQuarantine()
  await quarantine.record(refusal(['same', 'other']))
  await store('same', '{"n":1000}')
  await store('other', '{"n":2}')
  quarantine.accepted({ database: sales, by: 'hub', ids: ['same', 'other'] })
  const states = Object.fromEntries((await quarantine.list(all)).items.map((item) => [item.documentId, item.state]))
  expect(states).toEqual({ same: 'accepted', other: 'open' })
  expect(quarantine.count()).toBe(1)
  await quarantine.record(refusal(['same']))
  expect(quarantine.count()).toBe(2)
})

it('finds at its start what was accepted while nobody looked', async () => {
  const first = openQuarantine()
  await first.record(refusal(['a']))
  await first.close()
  await store('a', '{"n":1000}')
  const second = openQuarantine()
  expect((await second.list({ ...all, state: 'open' })).items).toEqual([])
})

it('closes what central refused only when central has taken it', async () => {
  const quarantine = openQuarantine()
  const documents = [{ id: 'a', rev, reason: 'not today', text: undefined }]
  await store('a', '{"n":1000}')
  await quarantine.record({ database: sales, origin: 'central', documents })
  quarantine.accepted({ database: sales, by: 'hub', ids: ['a'] })
  expect((await quarantine.list(all)).items[0]).toMatchObject({ state: 'open', textBytes: null })
  quarantine.accepted({ database: sales, by: 'central', ids: ['a'] })
  expect((await quarantine.list(all)).items[0]).toMatchObject({ state: 'accepted', decision: { by: 'central' } })
})

it('keeps what a manager discards, counts further refusals of it, and gives it back', async () => {
  const quarantine = openQuarantine()
  await quarantine.record(refusal(['a']))
  const id = await firstId(quarantine)
  await quarantine.discard(id, 'm1', 'a test sale')
  await quarantine.record(refusal(['a']))
  expect(quarantine.count()).toBe(0)
  expect(await quarantine.read(id)).toMatchObject({
    state: 'discarded',
    text: body('a'),
    count: 2,
    decision: { by: 'm1', reason: 'a test sale' },
  })
  await expect(quarantine.discard(id, 'm1', 'again')).rejects.toMatchObject({ code: 'conflict' })
  expect(await quarantine.restore(id, 'm2')).toMatchObject({ state: 'open', decision: null })
  expect(log.map(({ kind }) => kind)).toEqual(['documents-refused', 'quarantine-discarded', 'quarantine-restored'])
  await expect(quarantine.read('0'.repeat(32))).rejects.toMatchObject({ code: 'not-found' })
})

it('makes room by what is settled, oldest first, and refuses to take more when only open cases are left', async () => {
  const quarantine = openQuarantine({ cases: 4, bytes: 1_000_000 })
  await quarantine.record(refusal(['a', 'b'], { origin: 's001-t01-1' }))
  await quarantine.record(refusal(['c'], { origin: 's001-t02-1' }))
  await quarantine.discard(await firstId(quarantine), 'm1', 'test')
  await expect(quarantine.record(refusal(['d'], { origin: 's001-t01-1' }))).rejects.toMatchObject({ statusCode: 503 })
  await quarantine.record(refusal(['e', 'f'], { origin: 's001-t03-1' }))
  expect((await quarantine.list(all)).items.map(({ documentId }) => documentId).sort()).toEqual(['a', 'b', 'e', 'f'])
  await expect(quarantine.record(refusal(['g'], { origin: 's001-t04-1' }))).rejects.toMatchObject({ statusCode: 503 })
  expect(log.filter(({ kind }) => kind === 'documents-refused')).toHaveLength(3)
})

it('lists page by page what a filter lets through', async () => {
  const quarantine = openQuarantine()
  for (const id of ['a', 'b', 'c', 'd', 'e']) await quarantine.record(refusal([id]))
  await quarantine.record(refusal(['x'], { origin: 's001-t02-1' }))
  const filter = { origin: 's001-t01-1', limit: 2 }
  const seen: string[] = []
  for (let after: string | null | undefined; after !== null;) {
    const page = await quarantine.list({ ...filter, after })
    seen.push(...page.items.map(({ documentId }) => documentId))
    after = page.nextAfter
  }
  expect(seen).toEqual(['e', 'd', 'c', 'b', 'a'])
})
