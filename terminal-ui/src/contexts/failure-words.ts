import { msg } from '@lit/localize'
import { messageOf } from '../data/errors.ts'
import { isNoRoom } from '../data/store-failure.ts'

/** Why something could not be written on this device, for whoever stands at the till. */
export function failureWords(error: unknown): string {
  return isNoRoom(error) ? msg('there is no room left on this device') : messageOf(error)
}
