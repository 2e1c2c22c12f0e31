/** Words for what synchronisation knows in codes. */
import { msg, str } from '@lit/localize'
import { parseJournalId, receiptNumberOf, salesPeriodOf, type EntityClass } from '@tidemark/contracts'
import type { ItemState, SyncStatus } from '../../data/sync-status.ts'
import type { TillLogEntry } from '../../data/till-log.ts'

/** One sentence under the word. */
export function indicatorSentence(status: SyncStatus): string {
  switch (status.indicator) {
    case 'synced':
      return msg('Everything on this till is at the hub.')
    case 'syncing':
      return msg('Changes are on their way.')
    case 'conflict':
      return msg('Two people changed the same thing. A manager decides which one stands.')
    case 'failed':
      return msg('Something needs a person. Nothing is lost, and it is still tried.')
    case 'offline':
      return msg('The store hub does not answer. Go on selling: everything is kept here and sent later.')
  }
}

export function className(entityClass: EntityClass): string {
  switch (entityClass) {
    case 'sales':
      return msg('Sales')
    case 'inventory':
      return msg('Stock')
    case 'conflicts':
      return msg('Conflicts')
    case 'catalog':
      return msg('Catalogue')
    case 'sync-log':
      return msg('Sync log')
  }
}

export function itemWord(state: ItemState | 'waiting'): string {
  switch (state) {
    case 'pending':
    case 'waiting':
      return msg('Waiting')
    case 'syncing':
      return msg('Syncing')
    case 'synced':
      return msg('Synced')
    case 'failed':
      return msg('Failed')
  }
}

export function triesWords(retries: number): string {
  if (retries === 0) return msg('not tried yet')
  return retries === 1 ? msg('1 try') : msg(str`${retries} tries`)
}

/** A receipt by its number, anything else by its id. */
export function documentName(documentId: string): string {
  const key = parseJournalId(documentId)
  return key === undefined ? documentId : receiptNumberOf(key.incarnation, key.number)
}

export function databaseName(database: string): string {
  const period = salesPeriodOf(database)
  if (period !== undefined) return msg(str`sales of ${period}`)
  if (database === 'catalog') return msg('catalogue')
  if (database === 'inventory') return msg('stock')
  return database === 'conflicts' ? msg('conflicts') : database
}

export function headOfficeWords(status: SyncStatus): string {
  if (!status.online || status.wan === 'unknown') return msg('Unknown')
  return status.wan === 'up' ? msg('Connected') : msg('Not connected; the hub keeps everything until it is')
}

export function logWords(entry: TillLogEntry): string {
  switch (entry.kind) {
    case 'sent':
      return msg(str`Sent to the hub: ${entry.documents} (${databaseName(entry.database)})`)
    case 'fetched':
      return msg(str`Fetched from the hub: ${entry.documents} (${databaseName(entry.database)})`)
    case 'failed':
      return entry.failures === 1
        ? msg(str`Could not synchronise: ${entry.reason}`)
        : msg(str`Could not synchronise, try ${entry.failures}: ${entry.reason}`)
    case 'recovered':
      return msg(str`Synchronised again after ${entry.failures} failures`)
    case 'refused':
      return msg(str`The hub refused ${documentName(entry.documentId)}: ${entry.reason}`)
    case 'hub-changed':
      return msg('The hub has another store than before: everything is compared anew')
    case 'cache-cleared':
      return msg(str`Local cache cleared: ${entry.documents} documents`)
    case 'exported':
      return msg(str`File written: ${entry.documents} documents`)
    case 'imported':
      return msg(str`File brought to the hub: ${entry.documents} documents, ${entry.refused} refused`)
    case 'period-dropped':
      return msg(
        str`Old receipts left this till, head office has them: ${entry.documents} (${databaseName(entry.database)})`,
      )
  }
}

const units = ['kB', 'MB', 'GB', 'TB']

/** `1_234_567` → `1.2 MB`. */
export function bytesWords(bytes: number): string {
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${units[unit]}`
}
