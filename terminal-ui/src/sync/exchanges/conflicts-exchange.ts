/** Cases of conflict come down, and a manager's decisions go up: before the catalogue, whose leaves end because of them. */
import type { ClassExchange } from './exchange.ts'

export const conflictsExchange: ClassExchange = {
  entityClass: 'conflicts',
  wokenByHub: true,
  sends: () => Promise.resolve([]),
  edits: 'conflicts',
  async run(line, _board, news) {
    await line.pushEdits('conflicts')
    const written = await line.pull('conflicts')
    if (written > 0) news.onConflicts?.()
  },
}
