import { ulidOf } from '@tidemark/contracts'

/** An id for what begins at a time: it sorts by it. */
export function newId(timeMs: number): string {
  return ulidOf(timeMs, (count) => crypto.getRandomValues(new Uint8Array(count)))
}
