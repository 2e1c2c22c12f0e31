import { salesDatabaseOf, type ImportReport, type QuarantinePage, type Sale } from '@tidemark/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectTill, makeSale, makeSales, startStore, type RunningHub, type StoreSystem } from '../testing/index.ts'

const database = salesDatabaseOf(new Date().toISOString())
let system: StoreSystem
let hub: RunningHub
beforeAll(async () => {
  system = await startStore()
  hub = await system.startHub()
})
afterAll(() => system.close())

const fileOf = (incarnation: string, sales: readonly Sale[]) => ({
  format: 'tidemark-unsent',
  version: 1,
  storeId: 's001',
  incarnation,
  writtenAt: '2026-11-22T10:00:00.000Z',
  documents: sales.map((sale) => {
    const hash = sale.hash.slice(0, 32)
    return { database, document: { ...sale, _rev: `1-${hash}`, _revisions: { start: 1, ids: [hash] } } }
  }),
})

const bring = (token: string, file: object): Promise<Response> =>
  fetch(`${hub.url}/api/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ by: 'maria', file }),
  })

const report = async (token: string, file: object): Promise<ImportReport> =>
  (await (await bring(token, file)).json()) as ImportReport

it('takes the receipts of a till from a file, each once, however often it is brought', async () => {
  const lost = await hub.enrolWhenReady(1)
  const other = await hub.enrolWhenReady(2)
  const sales = makeSales(lost.incarnation, 4)
  const file = fileOf(lost.incarnation, sales.slice(0, 3).toReversed())
  expect(await report(other.token, file)).toEqual({
    documents: 3,
    stored: 3,
    alreadyThere: 0,
    refused: [],
    missing: [],
  })
  expect(await report(other.token, file)).toMatchObject({ stored: 0, alreadyThere: 3 })
  // The till itself comes back and sends what it has, under the same revisions.
  const { documents } = fileOf(lost.incarnation, sales)
  const till = connectTill(hub.url, lost.token)
  const sent = await till.replicate(
    database,
    documents.map(({ document }) => document),
  )
  expect(sent.filter(({ error }) => error !== undefined)).toEqual([])
  const { rows } = await till
    .database(database)
    .allDocs({ startkey: 'journal:', endkey: 'journal:\ufff0', conflicts: true, include_docs: true })
  expect(rows.map(({ doc }) => [doc?.['number'], doc?._conflicts])).toEqual(
    [1, 2, 3, 4].map((number) => [number, undefined]),
  )
})

it('keeps in quarantine what breaks its series or a rule, and of a till that was shut out; takes the rest; names what is missing', async () => {
  const { incarnation, token } = await hub.enrolWhenReady(3)
  const [first, second, , fourth, fifth] = makeSales(incarnation, 5)
  if (!first || !second || !fourth || !fifth) throw new Error('five sales')
  const strayed = makeSale(incarnation, 6, 'f'.repeat(64))
  const changed = { ...second, currency: 'USD' }
  const stranger = makeSale('s001-t77-1', 1)
  const result = await report(token, fileOf(incarnation, [first, changed, fourth, fifth, strayed, stranger]))
  expect(result).toMatchObject({ documents: 6, stored: 3, missing: [{ incarnation, after: 2, next: 4 }] })
  expect(result.refused.map(({ id }) => id).sort()).toEqual([second._id, strayed._id, stranger._id].sort())
  const page = (await (
    await fetch(`${hub.url}/api/quarantine`, { headers: { authorization: `Bearer ${token}` } })
  ).json()) as QuarantinePage
  expect(page.items.map(({ documentId }) => documentId).sort()).toEqual([second._id, strayed._id, stranger._id].sort())
})

it('takes no file of another store, of nobody, or of another form', async () => {
  const { incarnation, token } = await hub.enrolWhenReady(4)
  const file = fileOf(incarnation, makeSales(incarnation, 1))
  expect((await bring('nobody', file)).status).toBe(401)
  expect((await bring(token, { ...file, storeId: 's002' })).status).toBe(403)
  expect((await bring(token, { ...file, version: 2 })).status).toBe(400)
})
