/** Styles that the views share: type, controls, cards, tables, chips. */
import { css } from 'lit'

export const sharedStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ol,
  ul,
  figure {
    margin: 0;
  }
  ol,
  ul {
    padding: 0;
    list-style: none;
  }
  h1 {
    font-size: var(--tm-text-xl);
    line-height: 1.2;
  }
  h2 {
    font-size: var(--tm-text-l);
  }
  h3 {
    color: var(--tm-ink-soft);
    font-size: var(--tm-text-xs);
    letter-spacing: 0.06em;
    text-transform: uppercase;
  }
  a {
    color: var(--tm-brand);
  }
  svg {
    display: block;
    flex: none;
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--tm-space-2);
    min-height: var(--tm-target);
    padding: 0 var(--tm-space-4);
    border: 1px solid var(--tm-line);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface);
    color: var(--tm-ink);
    font-weight: 600;
    text-decoration: none;
    cursor: pointer;
  }
  button:hover:not(:disabled),
  .button:hover {
    border-color: var(--tm-line-strong);
  }
  button:disabled {
    cursor: not-allowed;
    color: var(--tm-ink-soft);
    background: var(--tm-quiet-soft);
  }
  button.primary:not(:disabled) {
    border-color: var(--tm-brand);
    background: var(--tm-brand);
    color: var(--tm-on-brand);
  }
  button.primary:hover:not(:disabled) {
    background: var(--tm-brand-strong);
  }
  button.plain {
    border-color: transparent;
    background: transparent;
  }
  button.small {
    min-height: var(--tm-target-dense);
    padding: 0 var(--tm-space-3);
    font-size: var(--tm-text-s);
  }
  @media (pointer: coarse) {
    button.small {
      min-height: var(--tm-target);
    }
  }
  input,
  select,
  textarea {
    min-height: var(--tm-target);
    padding: 0 var(--tm-space-3);
    border: 1px solid var(--tm-line-strong);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface);
  }
  textarea {
    padding: var(--tm-space-2) var(--tm-space-3);
  }
  input[type='radio'],
  input[type='checkbox'] {
    width: 18px;
    height: 18px;
    min-height: 0;
    margin: 0;
    accent-color: var(--tm-brand);
  }
  label.field {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-1);
    color: var(--tm-ink-soft);
    font-size: var(--tm-text-s);
    font-weight: 600;
  }
  label.field > * {
    color: var(--tm-ink);
    font-size: var(--tm-text-m);
    font-weight: 400;
  }
  label.check {
    display: inline-flex;
    align-items: center;
    gap: var(--tm-space-2);
    min-height: var(--tm-target);
    cursor: pointer;
  }
  :focus-visible {
    outline: var(--tm-focus);
    outline-offset: 2px;
  }
  .page {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-4);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--tm-space-3);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--tm-space-3);
  }
  .card {
    padding: var(--tm-space-4);
    border: 1px solid var(--tm-line);
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
    box-shadow: var(--tm-shadow-1);
  }
  .stack {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-3);
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
    gap: var(--tm-space-3);
  }
  .tile {
    display: flex;
    flex-direction: column;
    padding: var(--tm-space-3) var(--tm-space-4);
    border: 1px solid var(--tm-line);
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
    color: inherit;
    text-decoration: none;
  }
  .tile strong {
    font-size: var(--tm-text-xl);
    line-height: 1.25;
    font-variant-numeric: tabular-nums;
  }
  .tile[data-mood='bad'] {
    border-color: var(--tm-bad);
    background: var(--tm-bad-soft);
    color: var(--tm-bad);
  }
  .tile[data-mood='caution'] {
    border-color: var(--tm-caution);
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
  }
  .soft {
    color: var(--tm-ink-soft);
  }
  .small {
    font-size: var(--tm-text-s);
  }
  .mono {
    font-family: var(--tm-font-mono);
    font-size: 0.92em;
    overflow-wrap: anywhere;
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: var(--tm-space-1);
    padding: 2px 10px;
    border-radius: 999px;
    background: var(--tm-quiet-soft);
    color: var(--tm-quiet);
    font-size: var(--tm-text-s);
    font-weight: 600;
    white-space: nowrap;
  }
  .chip[data-mood='good'] {
    background: var(--tm-good-soft);
    color: var(--tm-good);
  }
  .chip[data-mood='busy'] {
    background: var(--tm-busy-soft);
    color: var(--tm-busy);
  }
  .chip[data-mood='caution'] {
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
  }
  .chip[data-mood='bad'] {
    background: var(--tm-bad-soft);
    color: var(--tm-bad);
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    color: var(--tm-ink-soft);
    font-size: var(--tm-text-s);
    font-weight: 600;
    text-align: left;
    white-space: nowrap;
  }
  th.number {
    text-align: right;
  }
  th,
  td {
    padding: var(--tm-space-2) var(--tm-space-3);
    border-bottom: 1px solid var(--tm-line);
    vertical-align: top;
  }
  tbody tr:last-child > * {
    border-bottom: none;
  }
  .notice {
    display: flex;
    align-items: center;
    gap: var(--tm-space-3);
    padding: var(--tm-space-3) var(--tm-space-4);
    border-radius: var(--tm-radius-m);
    background: var(--tm-quiet-soft);
  }
  .notice[data-mood='bad'] {
    background: var(--tm-bad-soft);
    color: var(--tm-bad);
  }
  .notice[data-mood='caution'] {
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
  }
  .notice[data-mood='good'] {
    background: var(--tm-good-soft);
    color: var(--tm-good);
  }
  .notice > :last-child:not(:first-child) {
    margin-left: auto;
  }
  .empty {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: var(--tm-space-2);
    padding: var(--tm-space-6) var(--tm-space-4);
    color: var(--tm-ink-soft);
    text-align: center;
  }
  .empty strong {
    color: var(--tm-ink);
  }
  pre {
    margin: 0;
    padding: var(--tm-space-3);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface-sunken);
    font: var(--tm-text-s) / 1.5 var(--tm-font-mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .tabs {
    display: flex;
    flex-wrap: wrap;
    gap: var(--tm-space-1);
    border-bottom: 1px solid var(--tm-line);
  }
  .tabs a {
    display: inline-flex;
    align-items: center;
    gap: var(--tm-space-2);
    min-height: var(--tm-target);
    padding: 0 var(--tm-space-4);
    border-bottom: 3px solid transparent;
    color: var(--tm-ink-soft);
    font-weight: 600;
    text-decoration: none;
  }
  .tabs a[aria-current] {
    border-bottom-color: var(--tm-brand);
    color: var(--tm-ink);
  }
  dialog {
    width: min(620px, calc(100vw - 2 * var(--tm-space-3)));
    max-height: calc(100dvh - 2 * var(--tm-space-4));
    padding: var(--tm-space-5);
    border: 1px solid var(--tm-line);
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
    color: var(--tm-ink);
    box-shadow: var(--tm-shadow-2);
  }
  dialog::backdrop {
    background: rgb(4 16 20 / 55%);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .skeleton {
    height: 1.1em;
    border-radius: var(--tm-radius-s);
    background: var(--tm-quiet-soft);
    animation: breathe 1.4s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .skeleton {
      animation: none;
    }
  }
  @media (max-width: 640px) {
    .card {
      padding: var(--tm-space-3);
    }
    /* Rows become cards: each cell says what it is. */
    table.stacks thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    table.stacks tr {
      display: block;
      padding: var(--tm-space-2) 0;
      border-bottom: 1px solid var(--tm-line);
    }
    table.stacks tr:last-child {
      border-bottom: none;
    }
    table.stacks td,
    table.stacks tbody th {
      display: flex;
      flex-wrap: wrap;
      justify-content: flex-end;
      gap: 0 var(--tm-space-1);
      padding: var(--tm-space-1) 0;
      border: none;
      text-align: right;
      white-space: normal;
      overflow-wrap: anywhere;
    }
    table.stacks td::before {
      margin-right: auto;
      padding-right: var(--tm-space-3);
      content: attr(data-label);
      color: var(--tm-ink-soft);
      font-size: var(--tm-text-s);
      text-align: left;
    }
  }
`
