/** Styles that every element with controls shares. */
import { css } from 'lit'

export const sharedStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    color: var(--tm-ink);
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }
  svg {
    display: block;
    flex: none;
  }
  /* Parts of a form are as wide as the form, however wide their own text would make them. */
  form > *,
  label > * {
    min-width: 0;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--tm-space-2);
    min-height: var(--tm-target);
    min-width: var(--tm-target);
    padding: 0 var(--tm-space-4);
    border: 1px solid var(--tm-line);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface);
    font-weight: 600;
    cursor: pointer;
    touch-action: manipulation;
    user-select: none;
  }
  button:hover:not(:disabled) {
    border-color: var(--tm-line-strong);
  }
  button:active:not(:disabled) {
    background: var(--tm-brand-soft);
  }
  button:disabled {
    cursor: not-allowed;
    color: var(--tm-ink-soft);
    background: var(--tm-quiet-soft);
    border-color: var(--tm-line);
  }
  button.primary:not(:disabled) {
    background: var(--tm-brand);
    border-color: var(--tm-brand);
    color: var(--tm-on-brand);
  }
  button.primary:hover:not(:disabled),
  button.primary:active:not(:disabled) {
    background: var(--tm-brand-strong);
  }
  button.danger:not(:disabled) {
    background: var(--tm-bad);
    border-color: var(--tm-bad);
    color: var(--tm-on-bad);
  }
  button.plain {
    border-color: transparent;
    background: transparent;
  }
  button.plain:hover:not(:disabled) {
    background: var(--tm-quiet-soft);
  }
  input,
  select,
  textarea {
    min-height: var(--tm-target);
    /* However long their text may be: a field never makes its dialog wider. */
    max-width: 100%;
    padding: 0 var(--tm-space-3);
    border: 1px solid var(--tm-line-strong);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface);
  }
  input[type='checkbox'] {
    width: 24px;
    min-height: 24px;
    height: 24px;
    accent-color: var(--tm-brand);
  }
  :focus-visible {
    outline: var(--tm-focus);
    outline-offset: 2px;
  }
  dialog {
    max-width: calc(100vw - 2 * var(--tm-space-3));
    max-height: calc(100dvh - 2 * var(--tm-space-3));
    padding: var(--tm-space-5);
    border: none;
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
    color: var(--tm-ink);
    box-shadow: var(--tm-shadow-2);
  }
  dialog::backdrop {
    background: rgb(0 12 16 / 60%);
  }
  kbd {
    padding: 1px 6px;
    border-radius: 4px;
    background: color-mix(in srgb, currentColor 18%, transparent);
    font: 600 var(--tm-text-xs) var(--tm-font-mono);
  }
  /* No keyboard, no hint of its keys. */
  @media (pointer: coarse) {
    kbd {
      display: none;
    }
  }
  /* A page of a section: a heading with its actions, and what is under it. */
  .page {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-4);
    width: 100%;
    max-width: 1120px;
    margin: 0 auto;
    padding: var(--tm-space-4);
  }
  .page > header,
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--tm-space-2) var(--tm-space-3);
  }
  .page > header h1,
  .grow {
    flex: 1;
    min-width: 0;
  }
  h1 {
    font-size: var(--tm-text-xl);
    line-height: 1.2;
  }
  h2 {
    font-size: var(--tm-text-l);
    line-height: 1.3;
  }
  h3 {
    font-size: var(--tm-text-m);
  }
  .card {
    padding: var(--tm-space-5);
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
    box-shadow: var(--tm-shadow-1);
  }
  /* A label over its control, with a hint or what is wrong with it below. */
  .field {
    display: grid;
    gap: var(--tm-space-1);
    font-weight: 600;
  }
  .field > :is(input, select, textarea) {
    width: 100%;
    font-weight: 400;
  }
  .field > small {
    color: var(--tm-ink-soft);
    font-size: var(--tm-text-s);
    font-weight: 400;
  }
  .field > .wrong,
  .wrong {
    color: var(--tm-bad);
  }
  /* A choice in one line: words on the left, its control on the right. */
  .choice {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--tm-space-1) var(--tm-space-4);
    min-height: 52px;
    font-weight: 600;
  }
  .choice > :first-child:not(input) {
    flex: 1 1 11rem;
  }
  .choice small {
    display: block;
    color: var(--tm-ink-soft);
    font-size: var(--tm-text-s);
    font-weight: 400;
  }
  .rows {
    display: grid;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .rows > * + * {
    border-top: 1px solid var(--tm-line);
  }
  .badge {
    display: inline-flex;
    align-items: center;
    gap: var(--tm-space-1);
    padding: 2px var(--tm-space-2);
    border-radius: 999px;
    background: var(--tm-quiet-soft);
    color: var(--tm-quiet);
    font-size: var(--tm-text-s);
    font-weight: 600;
    white-space: nowrap;
  }
  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--tm-space-3);
    padding: var(--tm-space-3) var(--tm-space-4);
    border-radius: var(--tm-radius-m);
    background: var(--tm-quiet-soft);
    color: var(--tm-quiet);
  }
  .badge.good,
  .banner.good {
    background: var(--tm-good-soft);
    color: var(--tm-good);
  }
  .badge.busy,
  .banner.busy {
    background: var(--tm-busy-soft);
    color: var(--tm-busy);
  }
  .badge.caution,
  .banner.caution {
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
  }
  .badge.bad,
  .banner.bad {
    background: var(--tm-bad-soft);
    color: var(--tm-bad);
  }
  .tabs {
    display: flex;
    gap: var(--tm-space-1);
    overflow-x: auto;
    border-bottom: 1px solid var(--tm-line);
  }
  .tabs > button {
    border-color: transparent;
    border-radius: 0;
    background: transparent;
    color: var(--tm-ink-soft);
  }
  .tabs > button[aria-selected='true'],
  .tabs > button[aria-current] {
    box-shadow: inset 0 -3px 0 var(--tm-brand);
    color: var(--tm-ink);
  }
  table {
    width: 100%;
    border-collapse: collapse;
    text-align: left;
  }
  th,
  td {
    padding: var(--tm-space-2) var(--tm-space-3);
    border-bottom: 1px solid var(--tm-line);
  }
  th {
    color: var(--tm-ink-soft);
    font-size: var(--tm-text-s);
  }
  th.amount,
  td.amount {
    text-align: right;
  }
  .amount {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .soft {
    color: var(--tm-ink-soft);
  }
  .spinner {
    width: 20px;
    height: 20px;
    border: 3px solid currentColor;
    border-right-color: transparent;
    border-radius: 50%;
    animation: spin 0.8s linear infinite;
  }
  @keyframes spin {
    to {
      transform: rotate(1turn);
    }
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`
