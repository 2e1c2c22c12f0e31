import { msg, str } from '@lit/localize'
import type { Till } from '../contexts/till.ts'
import { messageOf } from '../data/errors.ts'

/** Hands out a file of everything that was made at this till, or says why not. */
export async function saveReceipts(till: Till): Promise<void> {
  try {
    if ((await till.localData.exportAll()) === 0) till.notices.tell(msg('There is nothing to save.'))
  } catch (error) {
    till.notices.warn(msg(str`The file could not be written: ${messageOf(error)}`))
  }
}
