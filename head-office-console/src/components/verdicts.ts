/** Whether an entry can be believed, as chips. */
import { html, type TemplateResult } from 'lit'
import type { AuditEntry } from '../data/answers.ts'
import { chip } from './states.ts'

export function verdictChips({ verification, position }: AuditEntry): TemplateResult {
  const { hash, signature, place } = verification
  return html`<span class="row">
    ${chip(hash === 'valid' ? 'hash right' : 'hash broken', hash === 'valid' ? 'good' : 'bad')}
    ${signature === 'verified' ? chip('signed', 'good') : chip(`signature ${signature}`, signature === 'wrong' ? 'bad' : 'caution')}
    ${
      place === 'valid'
        ? chip(`place ${(position ?? 0) + 1}`, 'good')
        : chip(place === 'none' ? 'no place yet' : 'altered', place === 'none' ? 'caution' : 'bad')
    }
  </span>`
}

/** One word for a list. */
export function verdictChip({ verification }: AuditEntry): TemplateResult {
  const { hash, signature, place } = verification
  if (hash === 'broken' || signature === 'wrong' || place === 'altered') return chip('broken', 'bad')
  return signature === 'verified' && place === 'valid' ? chip('verified', 'good') : chip('not yet', 'caution')
}
