/** German. A feature's texts are in a file of its own. */
import { afterSale } from './de/after-sale.ts'
import { people } from './de/people.ts'
import { selling } from './de/selling.ts'
import { shell } from './de/shell.ts'
import { stock } from './de/stock.ts'
import { syncing } from './de/syncing.ts'
import { templatesOf } from './texts.ts'

export const templates = templatesOf(shell, people, selling, stock, syncing, afterSale)
