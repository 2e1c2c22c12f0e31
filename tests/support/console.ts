/** Head office's console as a person uses it: signed in, in a browser profile of its own. */
import type { Browser, Locator, Page } from 'playwright-core'

export interface HeadOfficeConsole {
  readonly page: Page
  part(testId: string): Locator
  /** `conflicts/resolved` opens `#/conflicts/resolved`. */
  open(route: string): Promise<void>
  close(): Promise<void>
}

export interface ConsoleOptions {
  readonly browser: Browser
  /** Address of the console. */
  readonly url: string
  readonly account: 'manager' | 'viewer'
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly onError?: (message: string) => void
}

const patienceMs = 60_000

export async function openConsole(options: ConsoleOptions): Promise<HeadOfficeConsole> {
  const { browser, url, account, viewport = { width: 1366, height: 768 }, onError } = options
  const context = await browser.newContext({ viewport, acceptDownloads: true })
  const page = await context.newPage()
  page.setDefaultTimeout(patienceMs)
  page.on('pageerror', (error) => onError?.(`console: ${error.stack ?? error.message}`))
  await page.goto(url)
  await page.getByTestId(`sign-in-${account}`).click()
  await page.getByTestId('nav-stores').waitFor()
  return {
    page,
    part: (testId) => page.getByTestId(testId),
    async open(route) {
      await page.goto(`${url}#/${route}`)
    },
    close: () => context.close(),
  }
}
