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
  sliders: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>`,
  more: svg`<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>`,
  lock: svg`<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
  box: svg`<path d="m4 8 8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8"/>`,
  tag: svg`<path d="M4 4h8l8 8-8 8-8-8zM8.500 8.500h.01"/>`,
  clock: svg`<circle cx="12" cy="12" r="8"/><path d="M12 8v4l3 2"/>`,
  drawer: svg`<path d="M4 13h16v7H4zM6 13V5h12v8M10 16.500h4"/>`,
  keyboard: svg`<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10h.01M11 10h.01M15 10h.01M8 14h8"/>`,
  info: svg`<circle cx="12" cy="12" r="8.500"/><path d="M12 11v5M12 8v.01"/>`,
  back: svg`<path d="M19 12H5M11 6l-6 6 6 6"/>`,
  down: svg`<path d="M12 4v11M7 10.500l5 5 5-5M5 20h14"/>`,
  up: svg`<path d="M12 16V5M7 9.500l5-5 5 5M5 20h14"/>`,
  edit: svg`<path d="M4 20h4L19 9l-4-4L4 16z"/>`,
  pause: svg`<path d="M9 5v14M15 5v14"/>`,
  star: svg`<path d="m12 4 2.500 5.200 5.500.700-4 3.900 1 5.600-5-2.700-5 2.700 1-5.600-4-3.900 5.500-.700z"/>`,
  camera: svg`<path d="M4 8h4l1.500-3h5L16 8h4v11H4z"/><circle cx="12" cy="13" r="3.500"/>`,
  gift: svg`<path d="M4 10h16v4H4zM6 14v6h12v-6M12 10v10M12 10C9 10 7 9 7 7s3-3 5 3c2-6 5-5 5-3s-2 3-5 3z"/>`,
  card: svg`<rect x="3" y="6" width="18" height="13" rx="2"/><path d="M3 10h18M7 15h4"/>`,
  percent: svg`<path d="M18 6 6 18"/><circle cx="7.500" cy="7.500" r="2.500"/><circle cx="16.500" cy="16.500" r="2.500"/>`,
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
