/**
 * What runs in the page. Each function is sent there as text, so it uses nothing but its arguments and the page. A time is taken when
 * the element is there and its layout is computed: what the browser has left to do is to paint it.
 */

interface PageElement {
  readonly shadowRoot: PageElement | null
  readonly textContent: string | null
  value: string
  querySelector(selector: string): PageElement | null
  querySelectorAll(selector: string): Iterable<PageElement>
  getBoundingClientRect(): { readonly width: number }
  click(): void
  focus(): void
  dispatchEvent(event: object): boolean
}
interface PageTill {
  index: object & { search(text: string): unknown }
  readonly catalog: { readonly products: ReadonlyMap<string, PageProduct> }
  readonly selling: { add(product: PageProduct, quantity: number): void }
  changed(): void
}
interface PageProduct {
  readonly sku: string
  readonly name: string
  readonly unit: string
  readonly barcodes: readonly string[]
}
declare const document: PageElement
declare const InputEvent: new (type: string, options: object) => object
declare const MessageChannel: new () => {
  readonly port1: { addEventListener(type: 'message', listener: () => void): void; start(): void }
  readonly port2: { postMessage(message: null): void }
}

/** Puts the tools that the others use on the page's global object. */
export function installTools(): void {
  const find = (testId: string, root: PageElement = document): PageElement | undefined => {
    const own = root.querySelector(`[data-testid="${testId}"]`)
    if (own !== null) return own
    for (const element of root.querySelectorAll('*')) {
      const found = element.shadowRoot === null ? undefined : find(testId, element.shadowRoot)
      if (found !== undefined) return found
    }
    return undefined
  }
  // A task of its own, without the 4 ms of a timer.
  const channel = new MessageChannel()
  const waiting: (() => void)[] = []
  channel.port1.addEventListener('message', () => waiting.shift()?.())
  channel.port1.start()
  const turn = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      channel.port2.postMessage(null)
    })
  const until = async <Result>(look: () => Result | undefined | false): Promise<Result> => {
    const deadline = performance.now() + 30_000
    for (;;) {
      const found = look()
      if (found !== undefined && found !== false) return found
      if (performance.now() > deadline) throw new Error('waited 30 s in the page')
      // Timers wait for 4 ms, which is counted; looking without a pause would take the processor from what is measured.
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
  }
  /** A dialog that is closed has its elements, and no layout of them. */
  const shown = (testId: string): PageElement | undefined => {
    const found = find(testId)
    return (found?.getBoundingClientRect().width ?? 0) > 0 ? found : undefined
  }
  Object.assign(globalThis, {
    bench: { find, shown, until, turn, till: (document.querySelector('tm-app') as unknown as { till: PageTill }).till },
  })
}

interface Tools {
  find(testId: string): PageElement | undefined
  shown(testId: string): PageElement | undefined
  until<Result>(look: () => Result | undefined | false): Promise<Result>
  turn(): Promise<void>
  readonly till: PageTill
}
declare const bench: Tools

/** Sells one piece for each sample; milliseconds from the confirming click to the receipt. */
export async function measurePay(samples: number): Promise<number[]> {
  const { find, shown, until, till } = bench
  const pieces = [...till.catalog.products.values()].filter(({ unit }) => unit === 'piece')
  const times: number[] = []
  for (let sold = 0; sold < samples; sold += 1) {
    till.selling.add(pieces[sold % pieces.length] as PageProduct, 1)
    await until(() => find('pay') !== undefined && shown('cart-line'))
    find('pay')?.click()
    ;(await until(() => shown('tender-exact'))).click()
    const confirm = await until(() => {
      const button = find('confirm-payment') as (PageElement & { disabled?: boolean }) | undefined
      return button?.disabled === false && button
    })
    const startedAt = performance.now()
    confirm.click()
    await until(() => shown('receipt-number'))
    times.push(performance.now() - startedAt)
    const next = await until(() => find('new-sale'))
    next.click()
    await until(() => find('new-sale') === undefined)
    // The cashier greets the next customer.
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return times
}

/** Types words of the catalogue over 50,000 products; milliseconds from a key to its results. */
export async function measureKeystrokes({
  samples,
  productCount,
}: {
  samples: number
  productCount: number
}): Promise<number[]> {
  const { find, shown, until, till } = bench
  const real = [...till.catalog.products.values()]
  const products = new Map<string, PageProduct>()
  for (let index = 0; products.size < productCount; index += 1) {
    const product = real[index % real.length] as PageProduct
    const round = Math.floor(index / real.length)
    const sku = round === 0 ? product.sku : `${product.sku}-${round}`
    const name = round === 0 ? product.name : `${product.name} no. ${round}`
    products.set(sku, { ...product, sku, name, barcodes: round === 0 ? product.barcodes : [`9${round}${product.sku}`] })
  }
  const Index = till.index.constructor as new (products: ReadonlyMap<string, PageProduct>) => PageTill['index']
  till.index = new Index(products)
  till.changed()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const words = real.slice(0, 200).map(({ name }) => name.toLowerCase())
  const input = await until(() => find('search'))
  const times: number[] = []
  for (let word = 0; times.length < samples; word += 1) {
    const text = words[word % words.length] as string
    for (let length = 1; length <= Math.min(text.length, 8) && times.length < samples; length += 1) {
      const startedAt = performance.now()
      input.value = text.slice(0, length)
      input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true, data: text[length - 1] }))
      // Lit renders in a microtask; the results may also come in a later task.
      await bench.turn()
      await until(() => shown('search-result'))
      times.push(performance.now() - startedAt)
      await bench.turn()
    }
    input.value = ''
    input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))
    await bench.turn()
  }
  return times
}

/** Times, on the clock that all pages share, at which each receipt was on screen of this till. */
export async function sellForOther(samples: number): Promise<{ number: string; at: number }[]> {
  const { find, shown, until, till } = bench
  const piece = [...till.catalog.products.values()].find(({ unit }) => unit === 'piece') as PageProduct
  const sold: { number: string; at: number }[] = []
  for (let count = 0; count < samples; count += 1) {
    till.selling.add(piece, 1)
    await until(() => shown('cart-line'))
    find('pay')?.click()
    ;(await until(() => shown('tender-exact'))).click()
    const confirm = await until(() => {
      const button = find('confirm-payment') as (PageElement & { disabled?: boolean }) | undefined
      return button?.disabled === false && button
    })
    confirm.click()
    const number = await until(() => shown('receipt-number'))
    sold.push({ number: (number.textContent ?? '').trim(), at: performance.timeOrigin + performance.now() })
    ;(await until(() => find('new-sale'))).click()
    await until(() => find('new-sale') === undefined)
    // The cashier greets the next customer.
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return sold
}

/** Times at which receipts of another lane were in the list of this till; `after` is the number of the last one that is of no interest. */
export async function watchReceipts({
  incarnation,
  after,
  samples,
}: {
  incarnation: string
  after: number
  samples: number
}): Promise<{ number: string; at: number }[]> {
  const { find, until } = bench
  const seen = new Map<string, number>()
  const list = await until(() => find('receipts-list'))
  const wanted = new RegExp(`${incarnation}-\\d{6}`, 'g')
  while (seen.size < samples) {
    await until(() => {
      const fresh = ((list.textContent ?? '').match(wanted) ?? []).filter(
        (number) => Number(number.slice(-6)) > after && !seen.has(number),
      )
      for (const number of fresh) seen.set(number, performance.timeOrigin + performance.now())
      return fresh.length > 0
    })
  }
  return [...seen].map(([number, at]) => ({ number, at }))
}
