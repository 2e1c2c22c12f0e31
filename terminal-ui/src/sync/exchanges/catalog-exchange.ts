/**
 * The catalogue comes down: all of it, or the categories that this till sells. A manager's edits go up first, so that the answer comes
 * with the same run.
 *
 * A replication that filters never hears of a product that leaves the chosen categories, or is deleted: the till would go on selling it
 * at its old price. So with a choice the hub's list of changes is looked through as well, and what of it lies on this till is fetched.
 */
import { countAtHub } from '../replication.ts'
import type { HubLine } from '../hub-line.ts'
import type { ClassExchange } from './exchange.ts'

const lookPageSize = 1000

export const catalogExchange: ClassExchange = {
  entityClass: 'catalog',
  wokenByHub: true,
  sends: () => Promise.resolve([]),
  edits: 'catalog',
  async run(line, board, news) {
    await line.pushEdits('catalog')
    const { databases } = line
    const categories = (await databases.device.read('settings'))?.categories
    const { doc_count: before } = await databases.catalog.info()
    const total = before === 0 && categories === undefined ? await countAtHub(line.remote('catalog')) : undefined
    const onProgress = (documents: number): void => board.showLoading({ documents, total })
    const selector = categories && selectorOf(categories)
    let written = await line.pull('catalog', { selector, onProgress, onFirst: news.onFirstCatalog })
    if (categories !== undefined) written += await fetchWhatLeft(line, categories)
    board.showLoading(null)
    if (written > 0) news.onCatalog()
    if (before === 0) news.onMore('sales')
  },
}

function selectorOf(categories: readonly string[]) {
  return { $or: [{ type: { $ne: 'product' } }, { category: { $in: categories } }] }
}

/** Fetches changed documents that lie on this till, whatever their category is now. */
async function fetchWhatLeft(line: HubLine, categories: readonly string[]): Promise<number> {
  const { positions, catalog } = line.databases
  const remote = line.remote('catalog')
  const selection = categories.toSorted().join('\n')
  const noted = await positions.readCatalogLook()
  let sequence = noted?.epoch === line.epoch && noted.selection === selection ? noted.sequence : 0
  let written = 0
  for (;;) {
    const page = await remote.changes({ since: sequence, limit: lookPageSize, batch_size: lookPageSize })
    if (page.results.length === 0) return written
    const revisions = new Map(page.results.map(({ id, changes }) => [id, changes[0]?.rev]))
    const { rows } = await catalog.allDocs({ keys: [...revisions.keys()] })
    const stale = rows.filter(({ id, value }) => value !== undefined && value.rev !== revisions.get(id))
    if (stale.length > 0)
      written += await line.pullDocuments(
        'catalog',
        stale.map(({ id }) => id),
      )
    sequence = page.last_seq
    await positions.writeCatalogLook({ sequence, epoch: line.epoch, selection })
  }
}
