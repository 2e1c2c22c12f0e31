/**
 * Which documents this till has changed in databases that mostly come from the hub. Of these the changes feed can't tell what is
 * the till's own, and to ask the hub for each of 50,000 products after every change would be no way to send one. So the name of
 * a document is on disk before the document is changed: the list may name too much, and never too little.
 *
 *     note ──► put ──► … ──► at the hub of epoch e ──► confirmed e        a new epoch: all of them are offered again
 */
import type { DeviceStore } from './device-store.ts'

export interface LocalEdit {
  readonly database: string
  readonly documentId: string
  /** ISO 8601, of the last change. */
  readonly at: string
  /** Epoch of the hub that has all revisions of it; null while none has. */
  readonly confirmed: string | null
}

/** Confirmed edits that are remembered for a hub that is replaced. */
export const maxConfirmedEdits = 500

/** Names a document before it is changed. */
export function noteEdit(
  device: DeviceStore,
  edit: Pick<LocalEdit, 'database' | 'documentId'>,
  at: Date,
): Promise<void> {
  return device.writeEdit({ ...edit, at: at.toISOString(), confirmed: null })
}

/** Edits that the hub of this epoch may lack; with an unknown epoch, what an earlier one confirmed is believed for now. */
export function pendingEdits(edits: readonly LocalEdit[], database: string, epoch: string | null): LocalEdit[] {
  return edits
    .filter((edit) => edit.database === database)
    .filter(({ confirmed }) => confirmed === null || (epoch !== null && confirmed !== epoch))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}

/** Confirmed edits that nobody needs to remember any more. */
export function forgettableEdits(edits: readonly LocalEdit[]): LocalEdit[] {
  const confirmed = edits.filter((edit) => edit.confirmed !== null)
  return confirmed.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(maxConfirmedEdits)
}
