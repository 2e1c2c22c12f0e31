/** What is missing in all series together, as metrics: an operator is told before somebody asks. */
import type { ServiceParts } from '@tidemark/service-kit'
import { summariseSeries, type Series } from '../domain/merge-series.ts'
import type { Ledger } from './ledger-store.ts'

export interface SeriesWatch {
  /** Reads all series, some hundred at a time. */
  look(): Promise<void>
}

export function watchSeries(ledger: Ledger, telemetry: ServiceParts['telemetry'], now: () => Date): SeriesWatch {
  let seen = { missing: 0, oldestMissingSeconds: 0, faults: 0 }
  const gauge = (name: string, description: string, read: () => number): void => {
    telemetry.gauge(name, description, () => [{ value: read() }])
  }
  gauge('tidemark_ledger_missing_entries', 'Receipt numbers that have not arrived', () => seen.missing)
  gauge(
    'tidemark_ledger_oldest_missing_seconds',
    'Age of the oldest receipt number that has not arrived; 0 when none is missing',
    () => seen.oldestMissingSeconds,
  )
  gauge('tidemark_ledger_chain_faults', 'Forks, broken links and wrong hashes in receipt series', () => seen.faults)
  return {
    async look() {
      const found = { missing: 0, oldestMissingSeconds: 0, faults: 0 }
      for (const storeId of await ledger.storeIds()) {
        for (const series of await ledger.series(storeId)) add(found, series, now())
      }
      seen = found
    },
  }
}

function add(
  found: { missing: number; oldestMissingSeconds: number; faults: number },
  series: Series,
  now: Date,
): void {
  const { missing, oldestMissingSeconds, faults } = summariseSeries(series, now)
  found.missing += missing.reduce((total, { from, to }) => total + to - from + 1, 0)
  found.oldestMissingSeconds = Math.max(found.oldestMissingSeconds, oldestMissingSeconds ?? 0)
  found.faults += faults.length
}
