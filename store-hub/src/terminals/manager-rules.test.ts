import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { decideLeaves, openConflict, writesOf, type ComparedLeaf } from '@tidemark/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore, type Store } from '../store/index.ts'
import { makeProduct } from '../testing/index.ts'
import { createDocumentRules } from './document-rules.ts'

type Fields = Readonly<Record<string, unknown>>

const manager = { id: 'mara', role: 'manager' } as const
const stamp = (minute: number, node = 's001t01') =>
  `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z-0000-${node}`
const principal = {
  name: 's001-t01-1',
  roles: ['terminal'],
  incarnation: 's001-t01-1',
  terminalId: 's001-t01',
  storeId: 's001',
  isReplaced: false,
}
const first = `1-${'1'.repeat(32)}`

let directory: string
let store: Store
let refusalOf: (database: string, document: Fields) => Promise<string | undefined>

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'rules-'))
  store = await openStore({ directory })
  for (const name of ['catalog', 'conflicts']) await store.create(name)
  const rules = createDocumentRules(Date.now, (name) => store.database(name))
  refusalOf = async (database, document) => {
    const readExisting = () => Promise.resolve(undefined)
    const write = { principal, database, document: document as { _id: string }, replicated: true, readExisting }
    return (await rules(write))?.reason
  }
  await keep('catalog', { ...cashier('mara', 'manager'), _rev: first })
  await keep('catalog', { ...cashier('late', 'manager'), grantExpiresAt: '2026-11-22T09:00:00Z', _rev: first })
  await keep('catalog', { ...cashier('cleo', 'cashier'), _rev: first })
  await keep('catalog', { ...ofHeadOffice, _rev: first })
})
afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

const ofHeadOffice: Fields = {
  ...makeProduct('A-1'),
  storeId: 'hq',
  at: stamp(0, 'hq'),
  by: { id: 'hq', role: 'head-office' },
  fieldTimes: Object.fromEntries(Object.keys(makeProduct('A-1').fieldTimes).map((name) => [name, stamp(0, 'hq')])),
}

/** A change of the price on the first revision. */
function edit(changed: Fields = {}, letter = '2'): Fields & { _id: string; _rev: string } {
  const { fieldTimes } = ofHeadOffice as { fieldTimes: Fields }
  return {
    ...ofHeadOffice,
    _id: 'product:A-1',
    at: stamp(5),
    by: manager,
    priceMinor: 300,
    fieldTimes: { ...fieldTimes, priceMinor: stamp(5) },
    ...changed,
    _rev: `2-${letter.repeat(32)}`,
    _revisions: { start: 2, ids: [letter.repeat(32), '1'.repeat(32)] },
  }
}

it('takes the change of a product from a manager of the catalogue, and from nobody else', async () => {
  expect(await refusalOf('catalog', edit())).toBeUndefined()
  expect(await refusalOf('catalog', edit({ by: { id: 'mara', role: 'cashier' } }))).toContain('/by must be a manager')
  expect(await refusalOf('catalog', edit({ by: { id: 'cleo', role: 'manager' } }))).toContain('cleo is none')
  expect(await refusalOf('catalog', edit({ by: { id: 'nobody', role: 'manager' } }))).toContain('nobody is none')
  expect(await refusalOf('catalog', edit({ by: { id: 'late', role: 'manager' } }))).toContain('ended on')
  expect(await refusalOf('catalog', { ...cashier('mara', 'manager'), _rev: first })).toContain('head office')
})

it('lets no till speak for head office or another store', async () => {
  const times = (ofHeadOffice as { fieldTimes: Fields }).fieldTimes
  expect(await refusalOf('catalog', edit({ at: stamp(5, 's002t01') }))).toContain('/at must be stamped')
  const forged = edit({ name: 'Tea', fieldTimes: { ...times, name: stamp(59, 'hq'), priceMinor: stamp(5) } })
  expect(await refusalOf('catalog', forged)).toContain('/fieldTimes/name')
  const silent = edit({ name: 'Tea' })
  expect(await refusalOf('catalog', silent)).toContain('/fieldTimes/name')
})

it('takes the end of a leaf only for a decided case, and after the revision that stands', async () => {
  const mine = edit()
  const theirs = edit({ at: stamp(6, 'hq'), by: ofHeadOffice['by'], priceMinor: 400 }, '3')
  for (const leaf of [mine, theirs]) await keep('catalog', leaf)
  const leaves: ComparedLeaf[] = [mine, theirs].map(({ _rev, _revisions, ...body }) => ({ rev: _rev, body }))
  const winner = decideLeaves(leaves, { kind: 'choose', rev: mine._rev }, stamp(9), manager)
  if (winner === undefined) throw new Error('there is a winner')
  const revs = leaves.map(({ rev }) => rev)
  const [standing, ...ends] = writesOf('product:A-1', revs, winner)
  const [end] = ends
  if (standing === undefined || end === undefined) throw new Error('one stands, one ends')

  expect(await refusalOf('catalog', end)).toContain('nothing is decided')
  const key = { database: 'catalog', documentId: 'product:A-1' }
  const open = openConflict({ key, storeId: 's001', at: stamp(9), by: manager, leaves })
  const decision = { kind: 'choose' as const, rev: winner.rev, at: stamp(9), by: manager }
  const decided = { ...open, status: 'resolved' as const, resolvedAt: '2026-11-22T10:09:00.000Z', decision }
  expect(await refusalOf('conflicts', open)).toContain('found at the conflict desk')
  expect(
    await refusalOf('conflicts', { ...decided, decision: { ...decision, by: { id: 'cleo', role: 'manager' } } }),
  ).toContain('cleo')
  const altered = {
    ...decided,
    leaves: decided.leaves.map((leaf) => ({ ...leaf, body: { ...leaf.body, priceMinor: 1 } })),
  }
  expect(await refusalOf('conflicts', altered)).toContain('is not the one that is stored')
  expect(await refusalOf('conflicts', decided)).toBeUndefined()
  await keep('conflicts', { ...decided, _rev: first })
  // The desk opened the same case before it heard of the decision, and its revision is the one that is shown.
  const { decision: _none, resolvedAt: _never, ...unheard } = decided
  await keep('conflicts', { ...unheard, status: 'open', _rev: `1-${'9'.repeat(32)}` })

  expect(await refusalOf('catalog', end)).toContain('what stands is not here yet')
  expect(await refusalOf('catalog', standing)).toBeUndefined()
  await keep('catalog', standing)
  expect(await refusalOf('catalog', end)).toBeUndefined()
  expect(await refusalOf('catalog', { ...end, _rev: `3-${'f'.repeat(32)}` })).toContain('not deleted')
})

function cashier(id: string, role: string): Fields & { _id: string } {
  const header = { schemaVersion: 1, storeId: 'hq', at: stamp(0, 'hq'), by: { id: 'hq', role: 'head-office' } }
  return { _id: `cashier:${id}`, type: 'cashier', ...header, name: id, role, status: 'active' }
}

async function keep(database: string, document: Fields): Promise<void> {
  const { _id, _rev, _revisions, ...body } = document
  const [generation, hash = ''] = String(_rev).split('-')
  const revisions = (_revisions ?? { start: Number(generation), ids: [hash] }) as { start: number; ids: string[] }
  await store
    .database(database)
    ?.write([{ kind: 'replicated', id: String(_id), revisions, deleted: false, body: JSON.stringify(body) }])
}
