// Which documents were read together. A view's function is handed one document at a time; what it costs to watch over its
// time is worth paying once for all that were read together (view-functions.ts).
import type { PouchDocument } from './types.ts'

const batches = new WeakMap<object, readonly PouchDocument[]>()

export function noteBatch(documents: readonly PouchDocument[]): void {
  for (const document of documents) batches.set(document, documents)
}

/** The documents that were read along with this one, itself among them. */
export function batchOf(document: PouchDocument): readonly PouchDocument[] {
  return batches.get(document) ?? [document]
}
