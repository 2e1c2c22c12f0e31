/** That the hub has heard all from central that it needs to enrol terminals, kept over restarts. */
import { readDocument, saveDocument, type HubState } from '../hub-state/index.ts'

export interface HeardNote {
  /** The epoch in which it was heard; undefined for never. */
  epoch(): string | undefined
  save(epoch: string): Promise<void>
}

const noteId = 'central:heard'

/** The note names its epoch: a store that was restored, or went back in time, has to hear again. */
export async function openHeardNote(state: HubState): Promise<HeardNote> {
  const saved = (await readDocument(state, noteId))?.['epoch']
  let known = typeof saved === 'string' ? saved : undefined
  return {
    epoch: () => known,
    async save(epoch) {
      await saveDocument(state, noteId, () => ({ epoch }))
      known = epoch
    },
  }
}
