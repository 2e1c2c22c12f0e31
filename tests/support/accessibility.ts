/** What axe-core and a measuring stick find on a page. The page's context has to be opened with `bypassCSP`. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly help: string
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
}
interface AxeWindow {
  readonly axe?: { run(options: object): Promise<{ violations: readonly Violation[] }> }
}

/** Serious and critical findings, one line each; empty when there are none. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const isLoaded = await page.evaluate(() => (globalThis as AxeWindow).axe !== undefined)
  if (!isLoaded) await page.evaluate(axe.source)
  const { violations } = await page.evaluate(async (tags) => {
    const { axe } = globalThis as AxeWindow
    if (axe === undefined) throw new Error('axe is not here')
    return axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
  }, rules)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) => `${id}: ${help}\n  ${JSON.stringify(target)}\n  ${failureSummary}`,
      ),
    )
}

interface Box {
  readonly width: number
  readonly height: number
}
interface PageElement {
  readonly shadowRoot: PageRoot | null
  readonly tagName: string
  readonly textContent: string | null
  getAttribute(name: string): string | null
  getBoundingClientRect(): Box
  checkVisibility(options: object): boolean
}
interface PageRoot {
  querySelectorAll(selector: string): Iterable<PageElement>
}

/** Buttons and fields of choice that are shown and smaller than a fingertip, with their size. */
export async function smallTargets(page: Page, leastPx = 44): Promise<string[]> {
  return page.evaluate((least) => {
    const found: string[] = []
    const visit = (root: PageRoot): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot !== null) visit(element.shadowRoot)
        if (!/^(BUTTON|SELECT|A)$/.test(element.tagName)) continue
        if (!element.checkVisibility({ visibilityProperty: true })) continue
        const { width, height } = element.getBoundingClientRect()
        const isThere = width > 1 && height > 1
        // Half a pixel may be lost to rounding.
        if (isThere && (width < least - 0.5 || height < least - 0.5)) {
          const name = element.getAttribute('aria-label') ?? element.textContent?.trim().replaceAll(/\s+/g, ' ') ?? ''
          found.push(`${element.tagName} “${name}”: ${Math.round(width)} × ${Math.round(height)}`)
        }
      }
    }
    visit((globalThis as unknown as { readonly document: PageRoot }).document)
    return found
  }, leastPx)
}
