import { afterAll, beforeAll, expect, test } from 'vitest'
import { startShop, type Shop } from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

test('on a narrow screen each section opens by a press of the mouse, and what is chosen of a list is in sight', async () => {
  const till = await shop.openTill({ viewport: { width: 390, height: 844 } })
  const { page } = till
  for (const section of ['receipts', 'stock', 'products', 'sell']) {
    await page.getByTestId(section).click()
    await page.locator(`[data-testid="${section}"][aria-current="page"]`).waitFor()
  }
  await page.getByTestId('products').click()
  await page.getByTestId('product-row').first().click()
  const form = await page.getByTestId('product-form').boundingBox()
  expect(form?.y).toBeLessThan(600)
  await page.getByTestId('stock').click()
  // The second line of tabs.
  await page.getByTestId('stock-recent').click()
  await page.locator('[data-testid="stock-recent"][aria-selected="true"]').waitFor()
  await till.context.close()
})

/** A tablet, a desktop at 200 % zoom, a telephone. */
test.each([
  [1024, 768, 2],
  [683, 384, 3],
  [390, 844, 4],
])('at %i × %i no section is wider than the screen', async (width, height, lane) => {
  const till = await shop.openTill({ lane, viewport: { width, height } })
  const { page } = till
  for (const section of ['receipts', 'stock', 'products', 'conflicts', 'sync', 'shift', 'settings', 'sell']) {
    const [button, more] = [page.getByTestId(section), page.getByTestId(`more-${section}`)]
    if (!(await button.isVisible())) await page.getByTestId('more-sections').click()
    await button.or(more).filter({ visible: true }).first().click()
    await page.locator(`tm-${section}-view`).waitFor()
    expect({ section, tooWide: await page.evaluate(findTooWide) }).toEqual({ section, tooWide: [] })
  }
  await till.context.close()
})

interface PageElement {
  readonly localName: string
  readonly className: unknown
  readonly shadowRoot: { readonly children: Iterable<PageElement> } | null
  readonly children: Iterable<PageElement>
  readonly scrollWidth: number
  readonly clientWidth: number
  getBoundingClientRect(): { readonly right: number }
}
declare const document: {
  querySelector(selector: 'tm-app'): { readonly shadowRoot: { querySelector(selector: 'main'): PageElement } }
}
declare const innerWidth: number
declare function getComputedStyle(element: PageElement): { readonly overflowX: string }

/** Runs in the page: what of the section reaches beyond the screen, or has to be scrolled sideways. The row of categories is made for that. */
function findTooWide(): string[] {
  const found: string[] = []
  const look = (element: PageElement): void => {
    const { localName, className, scrollWidth, clientWidth } = element
    const isScrolled = getComputedStyle(element).overflowX === 'auto' && scrollWidth > clientWidth + 1
    if (className === 'categories') return
    if (isScrolled || element.getBoundingClientRect().right > innerWidth + 1)
      found.push(`${localName}.${String(className)}`)
    for (const child of [...element.children, ...(element.shadowRoot?.children ?? [])]) look(child)
  }
  look(document.querySelector('tm-app').shadowRoot.querySelector('main'))
  return found
}
