import type { JournalEntry } from '@tidemark/contracts'
import type { EntryDraft } from '../data/journal.ts'
import type { TillHost } from './till-host.ts'

/** Records an entry and sends it soon. Throws when it was not recorded. */
export async function recordEntry<Entry extends JournalEntry>(
  till: Pick<TillHost, 'journal' | 'noteLocalWrite'>,
  draft: EntryDraft<Entry>,
): Promise<Entry> {
  const entry = await till.journal.append(draft)
  till.noteLocalWrite(`sales-${entry.businessDate.slice(0, 7)}`)
  return entry
}
