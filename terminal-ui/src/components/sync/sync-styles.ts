/** What the cards of the sync view have in common. */
import { css } from 'lit'

export const cardStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  section {
    display: grid;
    gap: var(--tm-space-4);
    align-content: start;
    height: 100%;
    padding: var(--tm-space-5);
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
    box-shadow: var(--tm-shadow-1);
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--tm-space-3);
    flex-wrap: wrap;
  }
  h2 {
    font-size: var(--tm-text-l);
  }
  h2 .soft {
    font-weight: 400;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: var(--tm-space-2) var(--tm-space-4);
    margin: 0;
  }
  dt {
    color: var(--tm-ink-soft);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .state {
    padding: 2px 10px;
    border-radius: 999px;
    background: var(--tm-quiet-soft);
    color: var(--tm-quiet);
    font-size: var(--tm-text-s);
    font-weight: 600;
    white-space: nowrap;
  }
  .state.synced,
  .state.ok {
    background: var(--tm-good-soft);
    color: var(--tm-good);
  }
  .state.syncing {
    background: var(--tm-busy-soft);
    color: var(--tm-busy);
  }
  .state.low,
  .state.conflict {
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
  }
  .state.failed,
  .state.full {
    background: var(--tm-bad-soft);
    color: var(--tm-bad);
  }
  .error {
    color: var(--tm-bad);
    overflow-wrap: anywhere;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--tm-space-3);
  }
  .outcome {
    padding: var(--tm-space-3);
    border-radius: var(--tm-radius-m);
    background: var(--tm-quiet-soft);
    white-space: pre-line;
  }
`
