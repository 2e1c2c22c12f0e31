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
  input {
    font: inherit;
    color: inherit;
  }
  svg {
    display: block;
    flex: none;
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
    color: #fff;
  }
  button.plain {
    border-color: transparent;
    background: transparent;
  }
  button.plain:hover:not(:disabled) {
    background: var(--tm-quiet-soft);
  }
  input {
    min-height: var(--tm-target);
    padding: 0 var(--tm-space-3);
    border: 1px solid var(--tm-line-strong);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface);
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
    background: rgb(7 30 36 / 55%);
  }
  kbd {
    padding: 1px 6px;
    border-radius: 4px;
    background: rgb(255 255 255 / 18%);
    font: 600 var(--tm-text-xs) var(--tm-font-mono);
  }
  /* No keyboard, no hint of its keys. */
  @media (pointer: coarse) {
    kbd {
      display: none;
    }
  }
  .amount {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .soft {
    color: var(--tm-ink-soft);
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
