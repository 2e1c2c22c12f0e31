/** What happens in the smoke: sales on a good line, on a cut line, with no network at all, over a hub that loses power. */
import { strict as assert } from 'node:assert'
import { receiptNumberOf, type Product } from '@tidemark/contracts'
import { demoProducts, openWanLink, type System, type WanLink } from '@tidemark/demo'
import {
  enrolLane,
  eventually,
  hubStatus,
  newestDeadLetter,
  publishRaw,
  withWrongTotal,
  type CartItem,
  type HeadOffice,
  type LaneClient,
  type Steps,
  type Till,
} from '../support/index.ts'

import { untilTracesAreWhole } from './trace-checks.ts'

const arrivalTimeoutMs = 120_000

/** What was sold, as seen from the counter. */
export interface Sold {
  /** Receipt numbers in the order in which they were shown. */
  readonly receipts: string[]
  readonly piecesBySku: Map<string, number>
}

export interface Story {
  readonly system: System
  readonly steps: Steps
  readonly till: Till
  /** Between the browser and the hub: cut, the browser has no network at all. */
  readonly lan: WanLink
  readonly headOffice: HeadOffice
  readonly sold: Sold
  readonly products: readonly Product[]
}

/** Sold by the piece, so that no weight is asked for. */
export function smokeProducts(): Product[] {
  return demoProducts()
    .filter((product) => product.unit === 'piece')
    .slice(0, 5)
}

export function openLan(system: System): Promise<WanLink> {
  const { hostname, port } = new URL(storeOf(system).hubUrl)
  return openWanLink({ host: '127.0.0.1', port: 0, target: { host: hostname, port: Number(port) } })
}

export function storeOf(system: System) {
  const [store] = system.stores
  assert.ok(store !== undefined, 'the system has no store')
  return store
}

export async function playStory(story: Story): Promise<LaneClient> {
  await sellOnline(story)
  await sellWithWanCut(story)
  await sellWithoutNetwork(story)
  await loseHubPower(story)
  await restoreEverything(story)
  const lane = await pushPoison(story)
  await disturbFeed(story)
  return lane
}

async function sellOnline(story: Story): Promise<void> {
  const { steps, till, lan, headOffice } = story
  await steps.act('set up till 1 and load the catalogue', () => till.setUp(`http://127.0.0.1:${lan.port}/`, 1, 'Aoife'))
  await steps.act('sell twice on a good line', async () => {
    await sell(story, [0, 'search'], [1, 'barcode'])
    await sell(story, [0, 'barcode'])
  })
  await steps.act('both receipts reach head office', () => untilInLedger(story, story.sold.receipts))
  // A hub holds its spans for seconds before it reports them. Traces are no record: what it holds is lost when it loses power.
  await steps.act('and their traces are complete', () => untilTracesAreWhole(headOffice, story.sold.receipts))
}

async function sellWithWanCut(story: Story): Promise<void> {
  const { steps, system, headOffice } = story
  const { storeId, hubUrl } = storeOf(system)
  await steps.act('cut the WAN', async () => {
    system.cutWan(storeId)
    await eventually('the hub sees it', async () => {
      const { wan } = await hubStatus(hubUrl)
      assert.deepEqual(wan, { central: 'down', nats: 'down' })
    })
  })
  await steps.act('sell twice with the WAN cut', async () => {
    const known = new Set(story.sold.receipts)
    await sell(story, [2, 'search'], [0, 'search'])
    await sell(story, [1, 'barcode'])
    await eventually('the hub holds both back', async () => assert.ok((await unsentSales(hubUrl)) >= 2))
    for (const number of story.sold.receipts.filter((receipt) => !known.has(receipt))) {
      assert.equal(await headOffice.receipt(number), undefined, `${number} crossed a line that was cut`)
    }
  })
}

async function sellWithoutNetwork(story: Story): Promise<void> {
  const { steps, till, lan } = story
  const { page } = till
  await steps.act('cut the browser’s network', async () => {
    await till.untilReadyForOffline()
    lan.cut()
    await page.context().setOffline(true)
    await eventually('the till says so', async () => assert.equal((await till.syncState()).state, 'offline'))
  })
  await steps.act('reload the till with no network', async () => {
    await page.reload()
    await till.waitUntilReady()
    const reached = await page.evaluate(() =>
      fetch('/api/store').then(
        () => true,
        () => false,
      ),
    )
    assert.equal(reached, false, 'the page still reaches the hub')
  })
  await steps.act('sell twice with no network', async () => {
    await sell(story, [3, 'search'])
    await sell(story, [0, 'barcode'], [3, 'barcode'])
    await eventually('the till says that two receipts are unsent', async () =>
      assert.ok((await till.syncState()).unsent >= 2),
    )
  })
}

async function loseHubPower({ steps, system }: Story): Promise<void> {
  const { storeId, hubUrl } = storeOf(system)
  await steps.act('kill -9 the hub', () => system.killHub(storeId))
  await steps.act('start the hub again', async () => {
    await system.startHub(storeId)
    assert.ok((await unsentSales(hubUrl)) >= 2, 'the hub forgot what it holds')
  })
}

async function restoreEverything(story: Story): Promise<void> {
  const { steps, system, till, lan } = story
  const { storeId, hubUrl } = storeOf(system)
  await steps.act('restore network and WAN', async () => {
    lan.restore()
    await till.page.context().setOffline(false)
    system.restoreWan(storeId)
  })
  await steps.act('the till has sent everything', () =>
    eventually(
      'synced',
      async () => assert.deepEqual(await till.syncState(), { state: 'synced', unsent: 0 }),
      arrivalTimeoutMs,
    ),
  )
  await steps.act('every receipt reaches head office', () => untilInLedger(story, story.sold.receipts))
  await steps.act('the hub has nothing left to send', () =>
    eventually('nothing waits', async () => assert.equal(await unsentSales(hubUrl), 0), arrivalTimeoutMs),
  )
}

/** A document that breaks its rules is refused by itself: what came with it lands. */
async function pushPoison(story: Story): Promise<LaneClient> {
  const { steps, system, headOffice, products, sold } = story
  const { hubUrl } = storeOf(system)
  const product = productAt(products, 4)
  return steps.act('a poison document is refused by itself, the rest of its batch lands', async () => {
    const first = await headOffice.receipt(sold.receipts[0] ?? '')
    assert.ok(first !== undefined)
    const lane = await enrolLane(hubUrl, 2, first.entry.businessDate)
    const good = lane.sale(product)
    const poison = withWrongTotal(lane.sale(product))
    const rows = await lane.push([poison, good])
    const refused = rows.filter((row) => row.error !== undefined)
    assert.deepEqual(
      refused.map(({ id, error }) => ({ id, error })),
      [{ id: poison._id, error: 'forbidden' }],
    )
    assert.match(refused[0]?.reason ?? '', /total/, 'the refusal does not name the field')
    remember(sold, receiptNumberOf(lane.enrolment.incarnation, 1), [product.sku])
    await untilInLedger(story, sold.receipts)
    assert.ok((await hubStatus(hubUrl)).refusedDocuments >= 1, 'the hub does not count the refused document')
    return lane
  })
}

async function disturbFeed(story: Story): Promise<void> {
  const { steps, system } = story
  const subject = `pos.${storeOf(system).storeId}.sales.sale`
  await steps.act('an unreadable message becomes a dead letter', async () => {
    await publishRaw(system.urls.nats, subject, 'this is no change message')
    for (const service of ['sales', 'inventory']) {
      const letter = await eventually(`dead letter of ${service}`, () =>
        newestDeadLetter(system.urls.nats, service, subject),
      )
      assert.ok(letter.reason.length > 0, 'it has no reason')
      assert.equal(Buffer.from(letter.payload, 'base64').toString(), 'this is no change message')
    }
  })
  await steps.act('and consumption goes on', async () => {
    await sell(story, [4, 'search'])
    await untilInLedger(story, story.sold.receipts)
  })
}

async function sell({ till, products, sold }: Story, ...items: readonly [number, CartItem['by']][]): Promise<void> {
  const cart = items.map(([index, by]): CartItem => {
    const { sku, barcodes } = productAt(products, index)
    return { sku, barcode: barcodes[0] ?? '', by }
  })
  remember(
    sold,
    await till.sell(cart),
    cart.map((item) => item.sku),
  )
}

function remember(sold: Sold, receipt: string, skus: readonly string[]): void {
  sold.receipts.push(receipt)
  for (const sku of skus) sold.piecesBySku.set(sku, (sold.piecesBySku.get(sku) ?? 0) + 1)
}

async function untilInLedger({ headOffice }: Story, receipts: readonly string[]): Promise<void> {
  for (const number of receipts) {
    const arrived = async () =>
      assert.ok((await headOffice.receipt(number)) !== undefined, 'the ledger does not know it')
    await eventually(number, arrived, arrivalTimeoutMs)
  }
}

/** Journal entries that the hub has not sent or not published. */
async function unsentSales(hubUrl: string): Promise<number> {
  const { databases } = await hubStatus(hubUrl)
  const sales = databases.filter((database) => database.entityClass === 'sales')
  return Math.max(0, ...sales.map(({ push, publish }) => Math.max(push?.lagDocuments ?? 0, publish.lagDocuments)))
}

function productAt(products: readonly Product[], index: number): Product {
  const product = products[index]
  assert.ok(product !== undefined, `the catalogue has no product ${index}`)
  return product
}
