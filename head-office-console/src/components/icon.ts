/** Line icons on a 24 grid, drawn here: no icon font, no request. */
import { html, svg, type TemplateResult } from 'lit'

const shapes = {
  stores: svg`<path d="M4 10v10h16V10M3 10l2-6h14l2 6c0 1.500-1 2.500-2.250 2.500S14.500 11.500 14.500 10c0 1.500-1.100 2.500-2.500 2.500S9.500 11.500 9.500 10c0 1.500-1 2.500-2.250 2.500S3 11.500 3 10z"/>`,
  sales: svg`<path d="M4 20V10M10 20V4M16 20v-8M21 20H3"/>`,
  stock: svg`<path d="m12 3 9 5v8l-9 5-9-5V8zM3 8l9 5 9-5M12 13v8"/>`,
  conflicts: svg`<path d="M12 20v-7M12 13 6 5M12 13l6-8M6 9V5h4M18 9V5h-4"/>`,
  audit: svg`<path d="M12 3 4 6v6c0 4.500 3.400 7.800 8 9 4.600-1.200 8-4.500 8-9V6zM8.500 12l2.500 2.500 4.500-5"/>`,
  imports: svg`<path d="M12 15V4M8 8l4-4 4 4M4 15v5h16v-5"/>`,
  person: svg`<circle cx="12" cy="8" r="4"/><path d="M4.500 20.500c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500"/>`,
  search: svg`<circle cx="11" cy="11" r="7"/><path d="m20 20-4-4"/>`,
  check: svg`<path d="m5 12.500 4.500 4.500L19 7.500"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  alert: svg`<path d="M12 4 2.800 20h18.400zM12 10v4.500M12 17.300v.2"/>`,
  back: svg`<path d="M19 12H5M11 6l-6 6 6 6"/>`,
  forward: svg`<path d="M5 12h14M13 6l6 6-6 6"/>`,
  edit: svg`<path d="M4 20h4L19 9l-4-4L4 16zM13.500 6.500l4 4"/>`,
  undo: svg`<path d="M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3"/>`,
  light: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.800 1.800M17.200 17.200 19 19M19 5l-1.800 1.800M6.800 17.200 5 19"/>`,
  dark: svg`<path d="M20 14.500A8.500 8.500 0 1 1 9.500 4a6.500 6.500 0 0 0 10.500 10.500z"/>`,
  system: svg`<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8 20h8M12 16v4"/>`,
  leave: svg`<path d="M10 4H4v16h6M9 12h12M17 8l4 4-4 4"/>`,
  download: svg`<path d="M12 4v11M8 11l4 4 4-4M4 20h16"/>`,
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
