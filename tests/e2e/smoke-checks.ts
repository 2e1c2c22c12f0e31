/** What must be true after the story: every sale exactly once, everywhere, with one hash. */
import { strict as assert } from 'node:assert'
import { centralDatabaseOf, findChainFaults, salesDatabaseOf, type ChainLink } from '@tidemark/contracts'
import { openingDeliveries, demoProducts, type DemoStore } from '@tidemark/demo'
import nano from 'nano'
import { allReceipts, untilTracesAreWhole } from './trace-checks.ts'
import { eventually, hubStatus, readBrowserJournal, type HeadOffice, type LaneClient } from '../support/index.ts'
import { storeOf, type Story } from './smoke-story.ts'

const settleTimeoutMs = 120_000

/** Opening stock, as head office delivered it. */
export function openingStock(store: DemoStore): Map<string, number> {
  const lines = openingDeliveries(store, demoProducts()).flatMap((delivery) => delivery.lines)
  return new Map(lines.map(({ sku, quantity }) => [sku, quantity]))
}

export async function untilStockIs(
  headOffice: HeadOffice,
  storeId: string,
  expected: ReadonlyMap<string, number>,
): Promise<void> {
  for (const [sku, quantity] of expected) {
    const matches = async () => assert.equal(await headOffice.onHand(storeId, sku), quantity)
    await eventually(`stock of ${sku} in ${storeId}`, matches, settleTimeoutMs)
  }
}

export async function checkEverything(story: Story, lane: LaneClient): Promise<void> {
  const { steps } = story
  await steps.check('head office’s services answer nobody who has not signed in', () => checkSignIn(story))
  // A receipt is in the ledger before it is in its day, and comes to central another way.
  await steps.check('the ledger has every receipt once, and no other', () =>
    eventually('the ledger', () => checkLedger(story), settleTimeoutMs),
  )
  await steps.check('numbers have no gap, and browser, hub, central and ledger agree on every hash', () =>
    eventually('the hashes', () => checkHashes(story, lane), settleTimeoutMs),
  )
  await steps.check('stock is down by exactly what was sold', () => checkStock(story))
  await steps.check('the audit chain verifies and covers every sale', () => checkAudit(story))
  await steps.check('the other store is untouched', () => checkOtherStore(story))
  await steps.check('the trace of every sale is complete', () =>
    untilTracesAreWhole(story.headOffice, story.sold.receipts),
  )
}

async function checkSignIn({ system }: Story): Promise<void> {
  const { sales, inventory, conflicts, 'sync-log': syncLog } = system.urls.services
  const store = `/stores/${storeOf(system).storeId}`
  const urls = [
    `${sales}${store}/series`,
    `${inventory}${store}/stock/x`,
    `${conflicts}/conflicts`,
    `${syncLog}${store}/chain`,
  ]
  for (const url of urls) {
    const { status, body } = await fetch(url)
    await body?.cancel()
    assert.equal(status, 401, url)
  }
}

async function checkLedger({ system, headOffice, sold }: Story): Promise<void> {
  const { storeId } = storeOf(system)
  assert.equal(new Set(sold.receipts).size, sold.receipts.length, 'a receipt number was shown twice')
  const receipts = await allReceipts(headOffice, sold.receipts)
  for (const { receipt, verification } of receipts) {
    const { schema, hash, chain } = verification
    assert.deepEqual(
      { schema, hash, chain },
      { schema: 'valid', hash: 'valid', chain: 'verified' },
      `${receipt} does not verify`,
    )
  }
  // The day may have changed while the story was played.
  const dates = [...new Set(receipts.map(({ entry }) => entry.businessDate))]
  const listed = (await Promise.all(dates.map((date) => headOffice.saleIds(storeId, date)))).flat()
  assert.deepEqual(listed.sort(), receipts.map(({ entry }) => entry._id).sort())
  const series = await headOffice.series(storeId)
  assert.equal(
    series.reduce((total, { entries }) => total + entries, 0),
    sold.receipts.length,
    'the series of the store hold another number of entries',
  )
  for (const { incarnation, first, last, entries, missing, faults } of series) {
    assert.deepEqual(
      { first, last, missing, faults },
      { first: 1, last: entries, missing: [], faults: [] },
      incarnation,
    )
  }
}

async function checkHashes({ system, headOffice, sold, till }: Story, lane: LaneClient): Promise<void> {
  const receipts = await allReceipts(headOffice, sold.receipts)
  const ledger = new Map(receipts.map(({ entry }) => [entry._id, entry.hash]))
  const browser = await readBrowserJournal(till.page)
  const own = browser.filter((entry) => !ownEntry(entry.id, lane))
  assert.deepEqual(findChainFaults(own satisfies ChainLink[]), [], 'the journal in the browser')
  assert.equal(own.length, sold.receipts.length - 1, 'the browser holds another number of entries')
  for (const { id, hash } of own) assert.equal(ledger.get(id), hash, `${id} in the browser`)
  assert.deepEqual(sortedEntries(await lane.journal()), sortedEntries(ledger), 'the hub')
  assert.deepEqual(
    sortedEntries(await centralJournal(system.urls.central, storeOf(system).storeId)),
    sortedEntries(ledger),
    'central',
  )
}

async function checkStock({ system, headOffice, sold }: Story): Promise<void> {
  const store = storeOf(system)
  const opening = openingStock(store)
  const expected = [...sold.piecesBySku].map(([sku, pieces]) => [sku, (opening.get(sku) ?? 0) - pieces] as const)
  await untilStockIs(headOffice, store.storeId, new Map(expected))
}

async function checkAudit({ system, headOffice, sold }: Story): Promise<void> {
  const { storeId } = storeOf(system)
  const receipts = await allReceipts(headOffice, sold.receipts)
  await eventually(
    'the audit trail',
    async () => {
      const audited = await headOffice.auditedDocuments(storeId)
      for (const { entry } of receipts) assert.ok(audited.has(entry._id), `${entry._id} is in no entry`)
      const chain = await headOffice.auditChain(storeId)
      assert.equal(chain?.verified, true, JSON.stringify(chain))
    },
    settleTimeoutMs,
  )
}

async function checkOtherStore({ system, headOffice, sold }: Story): Promise<void> {
  const other = system.stores[1]
  assert.ok(other !== undefined)
  assert.deepEqual(await headOffice.series(other.storeId), [])
  const opening = openingStock(other)
  await untilStockIs(
    headOffice,
    other.storeId,
    new Map([...sold.piecesBySku.keys()].map((sku) => [sku, opening.get(sku) ?? 0])),
  )
  const { databases } = await hubStatus(other.hubUrl)
  const sales = databases.filter((database) => database.entityClass === 'sales')
  assert.equal(
    sales.reduce((total, { documents }) => total + documents, 0),
    0,
    'its hub holds sales',
  )
  assert.equal((await centralJournal(system.urls.central, other.storeId)).size, 0, 'central holds sales of it')
}

/** Journal entries of a store at central: hash by document id. */
async function centralJournal(centralUrl: string, storeId: string): Promise<Map<string, string>> {
  const central = nano(centralUrl)
  const prefix = centralDatabaseOf(storeId, salesDatabaseOf('').slice(0, 'sales-'.length))
  const names = (await central.db.list()).filter((name) => name.startsWith(prefix))
  const journals = await Promise.all(
    names.map(async (name) => (await central.use<{ hash: string }>(name).list({ include_docs: true })).rows),
  )
  const entries = journals.flat().filter((row) => !row.id.startsWith('_design/'))
  return new Map(entries.map((row) => [row.id, row.doc?.hash ?? '']))
}

function ownEntry(id: string, lane: LaneClient): boolean {
  return id.startsWith(`journal:${lane.enrolment.incarnation}:`)
}

function sortedEntries(journal: ReadonlyMap<string, string>): [string, string][] {
  return [...journal].sort(([a], [b]) => a.localeCompare(b))
}
