/** Which of the store's databases central has. */
import { centralDatabaseOf, parseCentralDatabase, salesDatabaseOf, salesPeriodOf } from '@tidemark/contracts'
import { centralDatabaseNames, openCentralDatabase } from './central-database.ts'
import { CentralError } from './central-error.ts'
import type { CentralLine } from './central-line.ts'

/** By their names at the hub; sales only of open periods. Rejects with a CentralError. */
export async function databasesAtCentral(
  line: CentralLine,
  storeId: string,
  isOpenPeriod: (period: string) => boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const isOpen = (database: string): boolean => {
    const period = salesPeriodOf(database)
    return period === undefined || isOpenPeriod(period)
  }
  try {
    const names = await centralDatabaseNames(line, `store-${storeId}-`, signal)
    const found = names.map(parseCentralDatabase).filter((parsed) => parsed?.storeId === storeId)
    return found.map((parsed) => parsed?.database ?? '').filter(isOpen)
  } catch (error) {
    // CouchDB shows the list to its administrators only.
    if (!(error instanceof CentralError) || error.kind !== 'unauthorised') throw error
  }
  const present: string[] = []
  for (const database of recentSalesDatabases(new Date()).filter(isOpen)) {
    if (await openCentralDatabase(line, centralDatabaseOf(storeId, database), signal).exists()) present.push(database)
  }
  return present
}

const monthsBack = 24

function recentSalesDatabases(now: Date): string[] {
  return Array.from({ length: monthsBack + 2 }, (_, index) => {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1 - index, 1))
    return salesDatabaseOf(month.toISOString())
  })
}
