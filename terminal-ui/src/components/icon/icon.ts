/** Line icons on a 24 grid, drawn here: no icon font, no request. */
import { html, svg, type TemplateResult } from 'lit'

const shapes = {
  search: svg`<circle cx="11" cy="11" r="7"/><path d="m20 20-4-4"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  minus: svg`<path d="M5 12h14"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  cart: svg`<path d="M3 4h2l2.5 11h10L20 7H6.2"/><circle cx="9" cy="19.5" r="1.3"/><circle cx="16" cy="19.5" r="1.3"/>`,
  receipt: svg`<path d="M6 3v18l2-1.5 2 1.5 2-1.5 2 1.5 2-1.5 2 1.5V3zM9 8h6M9 12h6"/>`,
  print: svg`<path d="M7 8V3h10v5M7 17H4v-7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v7h-3M7 14h10v7H7z"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  arrows: svg`<path d="M4 9h13l-3.5-3.5M20 15H7l3.5 3.5"/>`,
  fork: svg`<path d="M12 20v-7M12 13 6 5M12 13l6-8M6 9V5h4M18 9V5h-4"/>`,
  alert: svg`<path d="M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.2"/>`,
  cloudOff: svg`<path d="M8 7.5A6 6 0 0 1 17.7 11 4 4 0 0 1 20 17.7M16 18H7a4.5 4.5 0 0 1-.9-8.9M4 4l16 16"/>`,
  person: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.500 7.500 5.500"/>`,
  store: svg`<path d="M4 10v10h16V10M3 10l2-6h14l2 6c0 1.500-1 2.500-2.250 2.500S14.500 11.500 14.500 10c0 1.500-1.100 2.500-2.500 2.500S9.500 11.500 9.500 10c0 1.500-1 2.500-2.250 2.500S3 11.500 3 10z"/>`,
  scale: svg`<path d="M5 20h14L17.500 9h-11zM9 9a3 3 0 0 1 6 0M12 16l2-3"/>`,
  bin: svg`<path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13"/>`,
  backspace: svg`<path d="M9 6h12v12H9l-6-6zM12.500 9.500l5 5M17.500 9.500l-5 5"/>`,
} as const

export type IconName = keyof typeof shapes

/** An icon for beside a word; it says nothing to a screen reader. */
export function icon(name: IconName, size = 20): TemplateResult {
  return html`<svg
    viewBox="0 0 24 24"
    width=${size}
    height=${size}
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${shapes[name]}
  </svg>`
}
