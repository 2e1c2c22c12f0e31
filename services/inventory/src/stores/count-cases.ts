/**
 * Cases of overlapping counts: at the conflict desk, and a copy in the store's `conflicts` database, as for every conflict. The
 * two counts stand as the leaves. There is no one document that could be written over: a new count is the answer, recorded by the desk when somebody decides the
 * case there, by a count of head office, or by the store, which counts again.
 */
import {
  canonicalHash,
  centralDatabaseOf,
  checkDocument,
  describeProblems,
  parseStamp,
  schemaVersion,
} from '@tidemark/contracts'
import { ensureDatabase, openDatabase, type CouchClient, type NewDocument } from '@tidemark/service-kit'
import type { Overlap } from '../domain/overlapping-counts.ts'

export interface CountCases {
  /** Opens it where it is not open; again changes nothing. */
  open(overlap: Overlap): Promise<void>
  close(storeId: string, caseId: string, at: string, resolution: string): Promise<void>
}

const deskDatabase = 'conflict-desk'
const author = { id: 'inventory', role: 'system' } as const

export function openCountCases(client: CouchClient): CountCases {
  async function update(
    storeId: string,
    caseId: string,
    change: (current: Readonly<Record<string, unknown>> | undefined) => NewDocument | undefined,
  ): Promise<void> {
    for (const name of [centralDatabaseOf(storeId, 'conflicts'), deskDatabase]) {
      await (await ensureDatabase(client, name)).update(caseId, change)
    }
  }

  return {
    async open(overlap) {
      const central = centralDatabaseOf(overlap.storeId, 'inventory')
      const ids = [overlap.second.sourceId, overlap.first.sourceId]
      const counts = await openDatabase(client, central).getMany(ids)
      const bodies = ids.map((id) => counts.get(id) ?? { _id: id, type: 'stock-count' })
      const document = caseOf(overlap, central, bodies)
      const problems = checkDocument('conflicts', document)
      if (problems.length > 0)
        throw new Error(`the case of overlapping counts does not fit: ${describeProblems(problems)}`)
      await update(overlap.storeId, overlap.caseId, (current) => {
        // What was decided stays so: the count that says it is on its way into the stock.
        if (current?.['decision'] !== undefined) return undefined
        const isSame = current?.['status'] === 'open' && current['expectedQuantity'] === document['expectedQuantity']
        return isSame ? undefined : document
      })
    },
    async close(storeId, caseId, at, resolution) {
      await update(storeId, caseId, (current) => {
        if (current === undefined || current['status'] === 'resolved') return undefined
        return { ...current, _id: caseId, status: 'resolved', resolvedAt: at, resolution }
      })
    },
  }
}

function caseOf(
  { caseId, storeId, sku, first, second, expected }: Overlap,
  centralDatabase: string,
  counts: readonly Readonly<Record<string, unknown>>[],
): NewDocument {
  const leaves = counts.map(({ _rev, ...body }) => ({
    rev: typeof _rev === 'string' ? _rev : `1-${canonicalHash(body).slice(0, 32)}`,
    body,
  }))
  return {
    _id: caseId,
    type: 'conflict',
    schemaVersion,
    storeId,
    at: second.at,
    by: author,
    status: 'open',
    database: 'inventory',
    documentId: `counts:${sku}`,
    documentType: 'stock-count',
    policy: 'manual',
    winningRev: leaves[0]?.rev ?? '',
    leaves,
    explanation: [
      `${sku} was counted twice within half an hour by devices that may not have known of each other.`,
      `The first found ${first.quantity}, so the second should have found ${expected}; it found ${second.quantity}, which stands for now.`,
      'Choose one of the two, state the right number, or count again.',
    ],
    expectedQuantity: expected,
    centralDatabase,
    stores: [storeId],
    openedAt: new Date(parseStamp(second.at)?.wallMs ?? 0).toISOString(),
    leavesApart: [],
  }
}
