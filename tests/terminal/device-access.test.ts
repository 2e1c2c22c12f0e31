import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { challengePath, salesDatabaseOf, tokenPath } from '@tidemark/contracts'
import nano from 'nano'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  eventually,
  readBrowserJournal,
  startShop,
  type OpenTill,
  type Shop,
  type TillDocument,
} from '../support/index.ts'

declare const document: TillDocument

const run = promisify(execFile)
let shop: Shop
beforeAll(async () => {
  shop = await startShop({ hub: { HUB_TOKEN_SECONDS: '6', HUB_ENROLMENT: 'code' } })
})
afterAll(() => shop.close())

/** As a manager does: on the machine of the hub. */
async function askForCode(): Promise<string> {
  const cli = fileURLToPath(new URL('../../store-hub/src/cli/hub.ts', import.meta.url))
  const command = [cli, 'enrol-code', '--by', 'Mona', '--json', '--data-dir', shop.hubFolder]
  const { stdout } = await run(process.execPath, command)
  return (JSON.parse(stdout) as { code: string }).code
}

const tokenOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector('tm-app').till.hubSession.token())
const incarnationOf = (page: Page): Promise<string> =>
  page.evaluate(async () => document.querySelector('tm-app').till.enrolment.incarnation)
const atHub = (token: string): Promise<Response> =>
  fetch(`${shop.hubUrl}/db/${salesDatabaseOf(new Date().toISOString())}/_all_docs`, {
    headers: { authorization: `Bearer ${token}` },
  })
const untilItEnds = (token: string): Promise<unknown> =>
  eventually('the token has ended', async () => {
    const { status } = await atHub(token)
    if (status !== 401) throw new Error(`it is answered ${status}`)
  })
/** Ids of the receipts of one till at the hub, asked for with the token of a till that is let in. */
const receiptsAtHub = (till: OpenTill, incarnation: string): Promise<string[]> =>
  eventually('the hub lists its receipts', async () => {
    const answer = await atHub(await tokenOf(till.page))
    if (!answer.ok) throw new Error(`it answers ${answer.status}`)
    const { rows } = (await answer.json()) as { rows: { id: string }[] }
    return rows.map(({ id }) => id).filter((id) => id.startsWith(`journal:${incarnation}:`))
  })
const untilSynced = (till: OpenTill): Promise<unknown> =>
  eventually('everything is at the hub', async () => {
    const { state, unsent } = await till.syncState()
    if (state !== 'synced' || unsent !== 0) throw new Error(`${state}, ${unsent} unsent`)
  })

/** How the hub answers a till that wants a new token. */
async function challengeStatus(incarnation: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ incarnation })
  return (await fetch(shop.hubUrl + challengePath, { method: 'POST', headers, body })).status
}

function askTwentyTimesAtOnce(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const { hubSession: session } = document.querySelector('tm-app').till
    const answers = await Promise.all(Array.from({ length: 20 }, () => session.fetch('/db/catalog')))
    return answers.map(({ status }) => status)
  })
}

test('tokens are validated before sync: one that expired while offline is renewed without a person, and every receipt arrives once', async () => {
  const till = await shop.openTill({ code: await askForCode() })
  await till.sell([shop.item(0)])
  await untilSynced(till)
  await till.untilReadyForOffline()
  const token = await tokenOf(till.page)
  await till.context.setOffline(true)
  await till.sell([shop.item(1)])
  await untilItEnds(token)
  await till.sell([shop.item(2)])
  await till.context.setOffline(false)
  await untilSynced(till)
  const incarnation = await incarnationOf(till.page)
  expect(await receiptsAtHub(till, incarnation)).toHaveLength(3)

  await untilItEnds(await tokenOf(till.page))
  const renewals: string[] = []
  const startedAt = performance.now()
  till.page.on('request', (request) => renewals.push(...(request.url().endsWith(tokenPath) ? [request.url()] : [])))
  expect(await askTwentyTimesAtOnce(till.page)).toEqual(Array.from({ length: 20 }, () => 200))
  // None when the till has just renewed by itself, another for each time that a token has aged meanwhile.
  const renewedEveryMs = 5000
  expect(renewals.length).toBeLessThan(2 + (performance.now() - startedAt) / renewedEveryMs)

  await shop.system.killHub(shop.storeId)
  await till.sell([shop.item(3)])
  await shop.system.startHub(shop.storeId)
  await untilSynced(till)
  expect(await receiptsAtHub(till, incarnation)).toHaveLength(4)
  await till.context.close()
})

test('a till that was revoked while offline says so, keeps its receipts, and nothing of it is taken', async () => {
  const till = await shop.openTill({ lane: 2, code: await askForCode() })
  await till.sell([shop.item(0)])
  await untilSynced(till)
  await till.untilReadyForOffline()
  const token = await tokenOf(till.page)
  const incarnation = await incarnationOf(till.page)
  await till.context.setOffline(true)

  const catalog = nano(shop.system.urls.central).use<{ status: string }>('catalog')
  const enrolment = await eventually('head office knows the till', () => catalog.get(`terminal:${incarnation}`))
  await catalog.insert({ ...enrolment, status: 'revoked' })
  await untilItEnds(token)
  await eventually('the hub has heard of it', async () => expect(await challengeStatus(incarnation)).toBe(401))
  await till.sell([shop.item(1)])
  await till.context.setOffline(false)
  await till.page.getByText('it was revoked').first().waitFor()
  expect((await till.syncState()).unsent).toBe(1)
  expect((await readBrowserJournal(till.page)).map(({ number }) => number)).toEqual([1, 2])
  const other = await shop.openTill({ lane: 3, code: await askForCode() })
  expect(await receiptsAtHub(other, incarnation)).toHaveLength(1)
  // It goes on selling: what it records can be exported.
  await till.sell([shop.item(2)])
  await other.context.close()
  await till.context.close()
})

test('a new till takes a manager’s one-time code, and the code no second till', async () => {
  const code = await askForCode()
  const till = await shop.openTill({ lane: 4, code })
  const context = await shop.browser.newContext()
  const page = await context.newPage()
  await page.goto(shop.hubUrl)
  await page.getByTestId('lane-5').click()
  expect(await page.getByTestId('start-selling').isDisabled()).toBe(true)
  await page.getByTestId('enrolment-code').fill(code)
  await page.getByTestId('start-selling').click()
  await page.getByText('This code does not work').waitFor()
  await context.close()
  await till.context.close()
})
