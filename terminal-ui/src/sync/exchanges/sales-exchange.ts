/** Receipts go up, oldest period first; those of other lanes and of head office come down, newest period first. */
import type { JournalEntry } from '@tidemark/contracts'
import { receivedPeriods } from '../received-receipts.ts'
import type { ClassExchange } from './exchange.ts'

export const salesExchange: ClassExchange = {
  entityClass: 'sales',
  wokenByHub: true,
  sends: async (databases) => (await databases.salesDatabases()).reverse(),
  async run(line, board, news) {
    const { databases } = line
    for (const name of await this.sends(databases)) await line.push(name)
    // A till that has nothing to sell yet fetches the catalogue first, and that asks for this again.
    if ((await databases.catalog.info()).doc_count === 0) return
    const kept = receivedPeriods(new Date())
    await databases.keepReceived(kept)
    for (const [monthsAgo, name] of kept.entries()) {
      // What comes late to an earlier month can wait until the hub is asked again.
      if (monthsAgo > 0 && board.receivedUpTo(name) !== undefined) continue
      const { documents, upTo, hasMore } = await line.receive(name)
      if (documents.length > 0) news.onReceipts(documents as unknown as readonly JournalEntry[])
      if (hasMore) {
        news.onMore('sales')
        return
      }
      board.noteReceived(name, upTo)
    }
  },
}
