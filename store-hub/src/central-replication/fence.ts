/** What replication asks of the lease before it writes to central. The lease itself is kept in `identity`. */

export type FenceVerdict =
  | { readonly kind: 'open' }
  /** Another hub has the store: nothing may be written to central. `reason` is for people. */
  | { readonly kind: 'fenced'; readonly reason: string }

export interface Fence {
  /** As last known, without asking. */
  verdict(): FenceVerdict
  /** As central says now, or said a few seconds ago. Rejects with a CentralError when central can't be asked. */
  confirm(signal: AbortSignal): Promise<FenceVerdict>
  /** Calls `listener` after each change of the verdict. Returns the function that ends it. */
  onChange(listener: () => void): () => void
}

/** For a hub that shares its store with nobody. */
export const openFence: Fence = {
  verdict: () => ({ kind: 'open' }),
  confirm: () => Promise.resolve({ kind: 'open' }),
  onChange: () => () => undefined,
}
