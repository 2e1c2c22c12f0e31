/** How a store is, in a word or two. */
import type { Lag } from '@tidemark/contracts'
import { html, type TemplateResult } from 'lit'
import type { Store } from '../data/answers.ts'
import { count, secondsBetween, span } from '../data/format.ts'
import type { Mood } from './states.ts'

export function stateOfStore({ hub, ledger }: Store): readonly [words: string, mood: Mood] {
  if (hub === null) return ledger.entries > 0 ? ['Never reported', 'caution'] : ['Not heard yet', 'quiet']
  if (hub.silent) return ['Silent', 'bad']
  const waiting = hub.classes.reduce((total, { unsent }) => total + unsent.documents, 0)
  return waiting === 0 ? ['All sent', 'good'] : ['Sending', 'busy']
}

/** Documents, and how long the oldest of them had waited when the hub reported. */
export function lagWords({ documents, since }: Lag, reportedAt: string): TemplateResult {
  const seconds = since === null ? '' : ` · ${span(secondsBetween(since, reportedAt))}`
  return html`<b>${count(documents)}</b><span class="soft">${seconds}</span>`
}
