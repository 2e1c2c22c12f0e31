/**
 * Does `work` for every item, at most `width` at once, and answers how many items from the start were done without a
 * failure in between. After a failure nothing new is begun.
 */
export async function runContiguous<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<{ done: number; error: unknown }> {
  let next = 0
  let firstFailure = items.length
  let error: unknown
  const worker = async (): Promise<void> => {
    while (next < Math.min(items.length, firstFailure)) {
      const index = next
      next += 1
      const item = items[index] as Item
      try {
        await work(item)
      } catch (cause) {
        if (index < firstFailure) [firstFailure, error] = [index, cause]
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return { done: firstFailure, error }
}
