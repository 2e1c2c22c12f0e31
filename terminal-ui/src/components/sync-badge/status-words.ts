/** Words of synchronisation that are on screen from the start. */
import { msg, str } from '@lit/localize'
import type { Indicator } from '../../data/sync-status.ts'

export function indicatorWord(indicator: Indicator): string {
  switch (indicator) {
    case 'synced':
      return msg('Synced')
    case 'syncing':
      return msg('Syncing')
    case 'conflict':
      return msg('Conflict')
    case 'failed':
      return msg('Failed')
    case 'offline':
      return msg('Offline')
  }
}

/** A difference below a second is that of the measuring. */
export function clockWords(skewMs: number | null): string {
  if (skewMs === null) return msg('Not measured yet')
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  if (seconds < 1) return msg('Right')
  const amount = seconds < 120 ? msg(str`${seconds} s`) : msg(str`${Math.round(seconds / 60)} min`)
  return skewMs > 0 ? msg(str`${amount} ahead of the hub`) : msg(str`${amount} behind the hub`)
}
