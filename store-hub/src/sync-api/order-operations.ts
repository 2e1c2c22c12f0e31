import type { SyncQueueItem } from '@tidemark/contracts'

interface Ordered {
  readonly item: Pick<SyncQueueItem, 'entityType' | 'entityId'>
}

/** Sales first. In each wave a document is once, and its operations keep their order. Pure. */
export function wavesOf<Operation extends Ordered>(operations: readonly Operation[]): Operation[][] {
  const { sales = [], others = [] } = Object.groupBy(operations, ({ item }) =>
    item.entityType === 'sale' ? 'sales' : 'others',
  )
  return [...splitByDocument(sales), ...splitByDocument(others)]
}

function splitByDocument<Operation extends Ordered>(operations: readonly Operation[]): Operation[][] {
  const waves: Operation[][] = []
  const used = new Map<string, number>()
  for (const operation of operations) {
    const wave = used.get(operation.item.entityId) ?? 0
    used.set(operation.item.entityId, wave + 1)
    waves[wave] ??= []
    waves[wave].push(operation)
  }
  return waves
}
