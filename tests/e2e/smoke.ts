/**
 * `make smoke`: the whole system on free ports and in a temporary folder, driven through a real browser. Prints one line a step and
 * ends with `N passed, N failed`. After a failure the folder with the logs and a picture of the screen is kept.
 */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { ProcessError, SetupError, type WanLink } from '@tidemark/demo'
import {
  askHeadOffice,
  createSteps,
  createTill,
  launchBrowser,
  loadConfig,
  startTemporarySystem,
  unknownStores,
  type EndToEndConfig,
  type Steps,
  type TemporarySystem,
} from '../support/index.ts'
import { checkEverything, openingStock, untilStockIs } from './smoke-checks.ts'
import { openLan, playStory, smokeProducts, storeOf, type Sold } from './smoke-story.ts'

/** Many times what a run takes; one that hangs must not hang whoever waits for it. */
const wholeRunTimeoutMs = 10 * 60_000
const shownLogLines = 15

interface Open {
  running?: TemporarySystem
  browser?: Browser
  page?: Page
  lan?: WanLink
}

const write = (text: string) => void process.stdout.write(text)

const loaded = loadConfig(process.env)
if (!loaded.ok) {
  for (const problem of loaded.problems) process.stderr.write(`smoke: ${problem}\n`)
  write('0 passed, 1 failed\n')
  process.exit(1)
}
process.exit(await smoke(loaded.config))

async function smoke(config: EndToEndConfig): Promise<number> {
  const steps = createSteps(write)
  const open: Open = {}
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stopped.abort(new Error(`ended by ${signal}`)))
  }
  const timer = setTimeout(
    () => stopped.abort(new Error(`not done within ${wholeRunTimeoutMs / 1000} s`)),
    wholeRunTimeoutMs,
  )
  // Steps print their own failure; what is left is what went wrong outside of them.
  let outside = 0
  await Promise.race([run(config, steps, open, stopped.signal), rejectionOf(stopped.signal)]).catch(
    (error: unknown) => {
      if (stopped.signal.aborted || steps.failed === 0) {
        outside += 1
        write(`FAILED           ${describe(error)}\n`)
      }
    },
  )
  clearTimeout(timer)
  const failedBefore = steps.failed + outside
  if (failedBefore > 0) await showEvidence(open)
  await tearDown(steps, open).catch(() => undefined)
  const failed = steps.failed + outside
  if (failed === 0) open.running?.removeFolder()
  else if (open.running !== undefined) write(`logs and picture are kept in ${open.running.folder}\n`)
  write(`${steps.passed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

async function run(config: EndToEndConfig, steps: Steps, open: Open, signal: AbortSignal): Promise<void> {
  const stores = unknownStores(2)
  open.running = await startTemporarySystem({ config, stores, progress: steps.act, signal })
  const { system } = open.running
  const headOffice = askHeadOffice(system)
  const products = smokeProducts()
  await steps.act('head office knows the opening stock of both stores', async () => {
    for (const store of stores) {
      const opening = openingStock(store)
      await untilStockIs(headOffice, store.storeId, new Map(products.map(({ sku }) => [sku, opening.get(sku) ?? 0])))
    }
  })
  open.lan = await openLan(system)
  open.browser = await steps.act('browser', () => launchBrowser(config.chromium))
  open.page = await open.browser.newPage()
  const pageErrors: string[] = []
  open.page.on('pageerror', (error) => pageErrors.push(error.message))

  const sold: Sold = { receipts: [], piecesBySku: new Map() }
  const story = { system, steps, till: createTill(open.page), lan: open.lan, headOffice, sold, products }
  const lane = await playStory(story)
  await checkEverything(story, lane)
  await steps.check('no error in the till, no process lost', async () => {
    if (pageErrors.length > 0) throw new Error(pageErrors.join('\n'))
    const casualties = open.running?.casualties ?? []
    if (casualties.length > 0) throw new Error(casualties.join('\n'))
  })
  write(`         ${sold.receipts.length} receipts of ${storeOf(system).storeId}\n`)
}

async function tearDown(steps: Steps, open: Open): Promise<void> {
  await open.browser?.close().catch(() => undefined)
  await open.lan?.close()
  const { running } = open
  if (running === undefined) return
  await steps.act('every process ends when asked', async () => {
    await running.system.stop()
    // nats-server ends itself by the signal's default; everything of ours drains and exits.
    const undrained = running.system.supervisor
      .list()
      .filter(({ name, ended }) => name !== 'nats' && ended !== 'exit code 0')
    if (undrained.length > 0) throw new Error(undrained.map(({ name, ended }) => `${name}: ${ended}`).join('\n'))
  })
}

async function showEvidence({ running, page }: Open): Promise<void> {
  if (running === undefined) return
  const { supervisor } = running.system
  for (const { name, state, ended } of supervisor.list()) {
    write(
      `\n-- ${name}: ${state}${ended === null ? '' : `, ${ended}`}\n${supervisor.lastLines(name, shownLogLines).join('\n')}\n`,
    )
  }
  const picture = join(running.folder, 'screen.png')
  await page?.screenshot({ path: picture, timeout: 10_000 }).catch(() => undefined)
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )
}

function describe(error: unknown): string {
  if (error instanceof ProcessError) return [error.message, ...error.lastLines].join('\n  ')
  if (error instanceof SetupError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
