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
    grid-template-columns: 1fr 248px;
    gap: var(--tm-space-5);
  }
  .amounts {
    display: flex;
    flex-direction: column;
    outline: none;
  }
  .amount-row {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    padding: var(--tm-space-2) 0;
    font-size: var(--tm-text-l);
  }
  .due {
    padding-top: 0;
  }
  .due .amount {
    font-size: var(--tm-text-xxl);
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
    min-height: 52px;
    flex: 1 0 28%;
    background: var(--tm-brand-soft);
    border-color: transparent;
  }
  .keypad {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: var(--tm-space-2);
  }
  .keypad button {
    min-height: 60px;
    padding: 0;
    font-size: var(--tm-text-l);
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
      grid-template-columns: 1fr;
      gap: var(--tm-space-3);
    }
    .keypad button {
      min-height: 48px;
    }
  }
`
