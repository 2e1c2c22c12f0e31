import { css } from 'lit'

export const syncPanelStyles = css`
  dialog {
    width: 520px;
    padding: 0;
  }
  .panel {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-4);
    padding: var(--tm-space-4) var(--tm-space-5) var(--tm-space-5);
  }
  header,
  footer {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }
  header button {
    padding: 0;
    margin-right: calc(-1 * var(--tm-space-3));
  }
  h3 {
    font-size: var(--tm-text-m);
  }
  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: var(--tm-space-1) var(--tm-space-4);
    margin: 0;
  }
  dt {
    color: var(--tm-ink-soft);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .classes li,
  .unsent li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 88px 8em;
    gap: var(--tm-space-2);
    align-items: center;
    padding: var(--tm-space-2) 0;
    border-top: 1px solid var(--tm-line);
  }
  .classes .soft,
  .unsent .soft {
    text-align: right;
    font-size: var(--tm-text-s);
  }
  .unsent {
    max-height: 220px;
    overflow-y: auto;
  }
  .document {
    font: 600 var(--tm-text-s) var(--tm-font-mono);
    overflow-wrap: anywhere;
  }
  .state {
    padding: 2px var(--tm-space-2);
    border-radius: 999px;
    background: var(--tm-quiet-soft);
    color: var(--tm-quiet);
    font-size: var(--tm-text-s);
    font-weight: 600;
    text-align: center;
  }
  .state.synced {
    background: var(--tm-good-soft);
    color: var(--tm-good);
  }
  .state.syncing {
    background: var(--tm-busy-soft);
    color: var(--tm-busy);
  }
  .state.failed {
    background: var(--tm-bad-soft);
    color: var(--tm-bad);
  }
  .error {
    grid-column: 1 / -1;
    color: var(--tm-bad);
    font-size: var(--tm-text-s);
    overflow-wrap: anywhere;
  }
  dd.error {
    grid-column: auto;
    font-size: inherit;
  }
  .all-sent {
    display: flex;
    align-items: center;
    gap: var(--tm-space-2);
    color: var(--tm-good);
    font-weight: 600;
  }
  .sound {
    display: flex;
    align-items: center;
    gap: var(--tm-space-2);
    min-height: var(--tm-target);
    cursor: pointer;
  }
  .sound input {
    width: 20px;
    min-height: 20px;
    height: 20px;
    accent-color: var(--tm-brand);
  }
`
