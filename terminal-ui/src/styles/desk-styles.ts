/** A list on the left and what was chosen of it on the right; below each other where the screen is narrow. */
import { css } from 'lit'

export const deskStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(320px, 1fr) minmax(0, 1.4fr);
    min-height: 0;
    height: 100%;
  }
  .list,
  .chosen {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-3);
    min-height: 0;
    padding: var(--tm-space-4);
    overflow-y: auto;
  }
  .chosen {
    border-left: 1px solid var(--tm-line);
    background: var(--tm-surface-sunken);
  }
  h1,
  h2 {
    font-size: var(--tm-text-l);
  }
  h3 {
    font-size: var(--tm-text-m);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--tm-space-2) var(--tm-space-3);
  }
  .rows {
    display: grid;
    align-content: start;
    gap: var(--tm-space-1);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 var(--tm-space-4);
    width: 100%;
    min-height: 56px;
    padding: var(--tm-space-2) var(--tm-space-4);
    border: 1px solid transparent;
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface);
    text-align: left;
    justify-items: start;
  }
  .row[aria-current] {
    border-color: var(--tm-brand);
    background: var(--tm-brand-soft);
  }
  .row .title {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .row .details {
    grid-column: 1;
    font-size: var(--tm-text-s);
    font-weight: 400;
    color: var(--tm-ink-soft);
  }
  .row .figure {
    grid-column: 2;
    grid-row: 1 / span 2;
    justify-self: end;
    font-size: var(--tm-text-l);
    font-weight: 700;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .card {
    display: grid;
    gap: var(--tm-space-3);
    padding: var(--tm-space-4);
    border: 1px solid var(--tm-line);
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
  }
  .badge {
    display: inline-flex;
    align-items: center;
    gap: var(--tm-space-1);
    padding: 2px var(--tm-space-2);
    border-radius: var(--tm-radius-s);
    background: var(--tm-quiet-soft);
    color: var(--tm-quiet);
    font-size: var(--tm-text-s);
    font-weight: 600;
  }
  .badge.caution {
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
  }
  .badge.good {
    background: var(--tm-good-soft);
    color: var(--tm-good);
  }
  .badge.bad {
    background: var(--tm-bad-soft);
    color: var(--tm-bad);
  }
  .badge.busy {
    background: var(--tm-busy-soft);
    color: var(--tm-busy);
  }
  .note {
    font-size: var(--tm-text-s);
    color: var(--tm-ink-soft);
  }
  .problem {
    color: var(--tm-bad);
    font-weight: 600;
  }
  .level {
    font-size: var(--tm-text-xl);
    font-weight: 700;
    font-variant-numeric: tabular-nums;
  }
  .below {
    color: var(--tm-bad);
  }
  .empty {
    display: grid;
    flex: 1;
    place-content: center;
    justify-items: center;
    gap: var(--tm-space-3);
    padding: var(--tm-space-6) var(--tm-space-4);
    text-align: center;
    color: var(--tm-ink-soft);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--tm-space-2);
  }
  .field {
    display: grid;
    gap: var(--tm-space-1);
    font-weight: 600;
  }
  .field input,
  .field select,
  .field textarea {
    width: 100%;
    font-weight: 400;
  }
  textarea {
    min-height: 96px;
    padding: var(--tm-space-2) var(--tm-space-3);
    border: 1px solid var(--tm-line-strong);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface);
    color: inherit;
    font: inherit;
    resize: vertical;
  }
  .tabs {
    display: flex;
    /* All lines of it: a list below must not press it together. */
    flex: none;
    flex-wrap: wrap;
    gap: var(--tm-space-1);
  }
  .tabs button {
    padding: 0 var(--tm-space-2);
    border-color: transparent;
    background: transparent;
  }
  .tabs button[aria-selected='true'] {
    background: var(--tm-brand-soft);
    color: var(--tm-brand-strong);
    border-color: var(--tm-brand);
  }
  @media (max-width: 899px) {
    :host {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: auto;
      overflow-y: auto;
    }
    .list,
    .chosen {
      overflow-y: visible;
      min-height: auto;
    }
    .chosen {
      border-left: none;
      border-top: 1px solid var(--tm-line);
    }
  }
  /* High enough for both: what was chosen is in sight, and does not lie behind the end of the list. */
  @media (max-width: 899px) and (min-height: 640px) {
    :host {
      grid-template-rows: minmax(0, 2fr) minmax(0, 3fr);
      overflow: hidden;
    }
    .list,
    .chosen {
      overflow-y: auto;
      min-height: 0;
    }
  }
`
