/** What stands in the place of content: that it comes, that it does not, that there is none. */
import { html, nothing, type TemplateResult } from 'lit'
import { icon, type IconName } from './icon.ts'

export type Mood = 'good' | 'busy' | 'caution' | 'bad' | 'quiet'

export function chip(text: string, mood: Mood = 'quiet'): TemplateResult {
  return html`<span class="chip" data-mood=${mood}>${text}</span>`
}

export interface Waiting {
  readonly value: unknown
  readonly problem: string | undefined
  readonly isLoading: boolean
}

/** Problem and skeleton of something that is asked for; nothing while all is well. */
export function stateOf(loaded: Waiting, retry: () => void): TemplateResult | typeof nothing {
  if (loaded.problem !== undefined) return problemNotice(loaded.problem, retry)
  return loaded.value === undefined ? skeleton() : nothing
}

export function problemNotice(problem: string, retry?: () => void): TemplateResult {
  return html`<div class="notice" data-mood="bad" role="alert" data-testid="problem">
    ${icon('alert')}
    <p>${problem}</p>
    ${retry === undefined ? nothing : html`<button class="small" @click=${retry}>Try again</button>`}
  </div>`
}

export function notice(text: unknown, mood: Mood = 'quiet'): TemplateResult {
  return html`<div class="notice" data-mood=${mood} role="status"><p>${text}</p></div>`
}

export function empty(iconName: IconName, heading: string, text: string): TemplateResult {
  return html`<div class="empty">${icon(iconName, 32)}<strong>${heading}</strong><span>${text}</span></div>`
}

function skeleton(): TemplateResult {
  return html`<div class="stack" role="status" aria-label="Loading">
    ${[92, 78, 85, 60].map((width) => html`<svg class="skeleton" width="${width}%" height="18"></svg>`)}
  </div>`
}
