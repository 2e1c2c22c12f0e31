import { css } from 'lit'

export const receiptsStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(340px, 440px);
    min-height: 0;
  }
  .list {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-3);
    min-height: 0;
    padding: var(--tm-space-3) var(--tm-space-4);
  }
  .search {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: var(--tm-space-2);
  }
  .search > input {
    min-height: 52px;
    border-color: var(--tm-line);
  }
  .number em {
    margin-left: var(--tm-space-2);
    padding: 2px 8px;
    border-radius: 999px;
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
    font: 600 var(--tm-text-xs) var(--tm-font);
  }
  .number em.void {
    background: var(--tm-bad-soft);
    color: var(--tm-bad);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: var(--tm-space-2);
  }
  .actions button {
    padding: 0 var(--tm-space-3);
  }
  .notes {
    width: 80mm;
    max-width: 100%;
    margin: 0;
    padding: var(--tm-space-3) var(--tm-space-5);
    border-radius: var(--tm-radius-m);
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
    font-size: var(--tm-text-s);
  }
  .stamp {
    font: 700 var(--tm-text-m) var(--tm-font-mono);
    text-align: center;
    text-transform: uppercase;
  }
  .box {
    position: relative;
    display: flex;
    align-items: center;
  }
  .box svg {
    position: absolute;
    left: var(--tm-space-3);
    color: var(--tm-ink-soft);
  }
  .box input {
    width: 100%;
    min-height: 52px;
    padding-left: 44px;
    border-color: var(--tm-line);
    box-shadow: var(--tm-shadow-1);
  }
  .rows {
    display: grid;
    /* Not auto: in a box of fixed height such a row takes the least height that it may, and clips its text. */
    grid-auto-rows: max-content;
    align-content: start;
    gap: var(--tm-space-1);
    min-height: 0;
    padding: 4px;
    margin: -4px;
    overflow-y: auto;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 2px var(--tm-space-4);
    padding: var(--tm-space-2) var(--tm-space-4);
    border-color: transparent;
    text-align: left;
  }
  .row[aria-current] {
    border-color: var(--tm-brand);
    background: var(--tm-brand-soft);
  }
  .number {
    font-family: var(--tm-font-mono);
    overflow-wrap: anywhere;
  }
  .row .soft {
    font-weight: 400;
    font-size: var(--tm-text-s);
  }
  .row .amount,
  .state {
    justify-self: end;
  }
  .state {
    display: flex;
    align-items: center;
    gap: var(--tm-space-1);
    font-size: var(--tm-text-s);
  }
  .synced {
    color: var(--tm-good);
  }
  .syncing {
    color: var(--tm-busy);
  }
  .pending {
    color: var(--tm-caution);
  }
  .failed,
  .problem {
    color: var(--tm-bad);
  }
  .empty {
    display: grid;
    flex: 1;
    place-content: center;
    justify-items: center;
    gap: var(--tm-space-3);
    color: var(--tm-ink-soft);
  }
  .chosen {
    display: grid;
    align-content: start;
    justify-items: center;
    gap: var(--tm-space-4);
    min-height: 0;
    padding: var(--tm-space-4);
    overflow-y: auto;
    border-left: 1px solid var(--tm-line);
  }
  .chosen button {
    display: flex;
    align-items: center;
    gap: var(--tm-space-2);
  }
  @media (max-width: 760px) {
    :host {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: minmax(0, 2fr) minmax(0, 3fr);
    }
    .search {
      grid-template-columns: minmax(0, 1fr) 8.75rem;
    }
    .search input {
      text-overflow: ellipsis;
    }
    .row {
      column-gap: var(--tm-space-2);
      padding: var(--tm-space-2) var(--tm-space-3);
    }
    .chosen {
      border-left: none;
      border-top: 1px solid var(--tm-line);
    }
  }
  @media print {
    :host,
    .chosen {
      display: block;
      padding: 0;
      border: none;
    }
    .list,
    .actions,
    .notes,
    .problem {
      display: none;
    }
  }
`
