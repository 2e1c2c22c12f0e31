/** What head office's documents have in common. One fixed stamp: seeding again makes the same documents, byte for byte. */
import { schemaVersion } from '@tidemark/contracts'

export const seedStamp = '2026-01-02T06:00:00.000Z-0000-hq'

export function headOfficeDocument(storeId: string) {
  return { schemaVersion, storeId, at: seedStamp, by: { id: 'hq', role: 'head-office' as const } }
}
