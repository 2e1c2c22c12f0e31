/** `make bench-terminal`: how quick the till is. See the README beside this file. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { demoProducts } from '@tidemark/demo'
import type { Product } from '@tidemark/contracts'
import { startShop, type OpenTill, type Shop } from '../../support/index.ts'
import { installTools, measureKeystrokes, measurePay, sellForOther, watchReceipts } from './in-page.ts'
import { bundlePlainPouch, measurePlainReplication } from './plain-replication.ts'
import { formatRows, rowOf, type Row } from './report.ts'

const { values } = parseArgs({ options: { samples: { type: 'string', default: '500' } } })
const samples = Number(values.samples)
const repository = fileURLToPath(new URL('../../..', import.meta.url))
const catalogueSize = 10_000
const searchedProducts = 50_000
const starts = 12
const loads = 3
const journeys = Math.min(100, samples)

const rows: Row[] = [rowOf('JavaScript', [firstLoadKilobytes()], 'kB')]
const tell = (text: string): void => void process.stderr.write(`${text}\n`)

tell(`a hub with ${catalogueSize} products`)
const shop = await startShop({ products: catalogue(catalogueSize) })
try {
  const till = await measureFirstLoads(shop)
  tell(`pay, ${samples} times`)
  await till.page.evaluate(installTools)
  rows.push(rowOf('pay', await till.page.evaluate(measurePay, samples)))
  await measureJourneys(shop, till)
  await measureStarts(till)
  tell(`keystroke, ${samples} times`)
  await till.page.evaluate(installTools)
  const search = { samples, productCount: searchedProducts }
  rows.push(rowOf('keystroke', await till.page.evaluate(measureKeystrokes, search)))
} finally {
  await shop.close()
}
mkdirSync(join(repository, 'bench-results'), { recursive: true })
writeFileSync(join(repository, 'bench-results/terminal.json'), `${JSON.stringify(rows, null, 2)}\n`)
process.stdout.write(`\n${formatRows(rows)}\n`)

/** Loads the catalogue onto new tills, each beside a plain replication of it. The last till stays open. */
async function measureFirstLoads({ browser, openTill }: Shop): Promise<OpenTill> {
  const script = await bundlePlainPouch()
  const ours: number[] = []
  const plain: number[] = []
  let till: OpenTill | undefined
  for (let load = 1; load <= loads; load += 1) {
    tell(`first load, ${load} of ${loads}`)
    await till?.context.close()
    // The plain replication is brought into the page as a script, which the till's own policy would forbid.
    till = await openTill({ lane: load, browser: { bypassCSP: true } })
    ours.push(await till.page.evaluate(readFirstLoad))
    plain.push(await measurePlainReplication(till.page, script, await till.page.evaluate(readToken)))
  }
  rows.push(rowOf('first load', ours), rowOf('plain PouchDB', plain))
  if (till === undefined) throw new Error(`no till in ${browser.version()}`)
  return till
}

async function measureJourneys({ openTill }: Shop, seller: OpenTill): Promise<void> {
  tell(`till to till, ${journeys} times`)
  const other = await openTill({ lane: loads + 1 })
  await other.page.getByTestId('receipts').click()
  await other.page.getByTestId('receipts-list').waitFor()
  await other.page.evaluate(installTools)
  const incarnation = (await seller.page.evaluate(readIncarnation)).toUpperCase()
  const [watched, sold] = await Promise.all([
    other.page.evaluate(watchReceipts, { incarnation, after: samples, samples: journeys }),
    seller.page.evaluate(sellForOther, journeys),
  ])
  const seen = new Map(watched.map(({ number, at }) => [number, at]))
  rows.push(
    rowOf(
      'till to till',
      sold.map(({ number, at }) => (seen.get(number) ?? Number.NaN) - at),
    ),
  )
  await other.context.close()
}

/** Reloads with no network: the whole application starts anew from what is on the device. */
async function measureStarts(till: OpenTill): Promise<void> {
  tell(`offline start, ${starts} times`)
  await till.untilReadyForOffline()
  await till.context.setOffline(true)
  const times: number[] = []
  for (let start = 0; start < starts; start += 1) {
    await till.page.goto('about:blank')
    await till.page.goto(`${shop.hubUrl}/`)
    await till.waitUntilReady()
    times.push(await till.page.evaluate(readReadyTime))
  }
  await till.context.setOffline(false)
  rows.push(rowOf('offline start', times))
}

function catalogue(count: number): Product[] {
  const real = demoProducts()
  return Array.from({ length: count }, (_, index) => {
    const product = real[index % real.length]
    if (product === undefined) throw new RangeError('an empty catalogue')
    const round = Math.floor(index / real.length)
    if (round === 0) return product
    const sku = `${product.sku}-${round}`
    return { ...product, _id: `product:${sku}`, sku, name: `${product.name} no. ${round}`, barcodes: [] }
  })
}

/** The page, its styles, and every script that it loads before anybody does anything. */
function firstLoadKilobytes(): number {
  const dist = join(repository, 'terminal-ui/dist')
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const names = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1] ?? '')
  const known = readdirSync(join(dist, 'assets'))
  for (const name of names) {
    const text = readFileSync(join(dist, name), 'utf8')
    // Static imports; those in `import()` come later.
    for (const [, chunk] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) {
      if (chunk !== undefined && known.includes(chunk) && !names.includes(`assets/${chunk}`))
        names.push(`assets/${chunk}`)
    }
  }
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0) / 1000
}

// These run in the page.
interface PageApp {
  readonly till: {
    readonly enrolment: { readonly incarnation: string }
    readonly hubSession: { token(): Promise<string> }
  }
}
declare const document: { querySelector(selector: string): PageApp }

function readFirstLoad(): number {
  const [enrol] = performance.getEntriesByName('tm-enrol')
  const [ready] = performance.getEntriesByName('tm-ready')
  return (ready?.startTime ?? Number.NaN) - (enrol?.startTime ?? Number.NaN)
}

function readReadyTime(): number {
  return performance.getEntriesByName('tm-ready')[0]?.startTime ?? Number.NaN
}

function readToken(): Promise<string> {
  return document.querySelector('tm-app').till.hubSession.token()
}

function readIncarnation(): string {
  return document.querySelector('tm-app').till.enrolment.incarnation
}
