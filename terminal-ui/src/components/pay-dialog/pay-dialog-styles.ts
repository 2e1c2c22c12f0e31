import { css } from 'lit'

export const payDialogStyles = css`
  dialog {
    width: 680px;
    padding: var(--tm-space-4) var(--tm-space-5) var(--tm-space-5);
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin-bottom: var(--tm-space-3);
  }
  header button {
    padding: 0;
    margin-right: calc(-1 * var(--tm-space-3));
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 248px;
    gap: var(--tm-space-5);
  }
  .body.payout {
    grid-template-columns: 1fr;
  }
  .amounts {
    display: flex;
    flex-direction: column;
    container-type: inline-size;
    outline: none;
  }
  .amount-row {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    column-gap: var(--tm-space-3);
    justify-content: space-between;
    padding: var(--tm-space-2) 0;
    font-size: var(--tm-text-l);
  }
  .due {
    padding-top: 0;
  }
  .amount-row .amount {
    margin-left: auto;
  }
  .due .amount {
    /* The largest sum fits, too. */
    font-size: min(var(--tm-text-xxl), 11cqi);
    font-weight: 700;
    line-height: 1.1;
  }
  .change {
    margin-top: auto;
    padding: var(--tm-space-3);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface-sunken);
  }
  .change.enough {
    background: var(--tm-good-soft);
    color: var(--tm-good);
  }
  .change .amount {
    font-size: var(--tm-text-xl);
    font-weight: 700;
  }
  .tenders {
    display: flex;
    flex-wrap: wrap;
    gap: var(--tm-space-2);
    margin: var(--tm-space-2) 0 var(--tm-space-3);
  }
  .tenders button {
    min-width: 28%;
    min-height: 52px;
    flex: 1 0 auto;
    padding: 0 var(--tm-space-3);
    background: var(--tm-brand-soft);
    border-color: transparent;
  }
  .methods {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: var(--tm-space-2);
    margin-bottom: var(--tm-space-2);
  }
  .methods button {
    min-height: 52px;
  }
  .methods button[aria-pressed='true'] {
    border-color: var(--tm-brand);
    background: var(--tm-brand-soft);
  }
  .parts {
    margin: 0 0 var(--tm-space-2);
    padding: 0;
    list-style: none;
  }
  .parts li {
    display: flex;
    align-items: center;
    gap: var(--tm-space-2);
    min-height: var(--tm-target);
    padding-left: var(--tm-space-3);
    border-radius: var(--tm-radius-s);
    background: var(--tm-good-soft);
  }
  .parts li + li {
    margin-top: var(--tm-space-1);
  }
  .parts li:not([data-state='approved']) {
    background: var(--tm-caution-soft);
  }
  .parts li > :first-child {
    flex: 1;
    font-weight: 600;
  }
  .parts .plain {
    padding: 0;
  }
  .message {
    padding: var(--tm-space-2) var(--tm-space-3);
    border-radius: var(--tm-radius-m);
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
    font-weight: 600;
  }
  .confirm {
    width: 100%;
    min-height: 60px;
    margin-top: var(--tm-space-4);
    font-size: var(--tm-text-l);
  }
  @media (max-width: 640px) {
    dialog {
      padding: var(--tm-space-3) var(--tm-space-4) var(--tm-space-4);
    }
    .body {
      grid-template-columns: minmax(0, 1fr);
      gap: var(--tm-space-3);
    }
  }
`
