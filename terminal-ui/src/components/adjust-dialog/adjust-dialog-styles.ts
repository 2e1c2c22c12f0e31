import { css } from 'lit'

export const adjustDialogStyles = css`
  dialog {
    width: 700px;
    padding: var(--tm-space-4) var(--tm-space-5) var(--tm-space-5);
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--tm-space-3);
    margin-bottom: var(--tm-space-3);
  }
  header button {
    padding: 0;
    margin-right: calc(-1 * var(--tm-space-3));
  }
  .modes {
    display: flex;
    flex-wrap: wrap;
    gap: var(--tm-space-1);
    margin-bottom: var(--tm-space-4);
    padding: var(--tm-space-1);
    border-radius: var(--tm-radius-m);
    background: var(--tm-quiet-soft);
  }
  .modes button {
    flex: 1 0 auto;
    padding: 0 var(--tm-space-3);
    border-color: transparent;
    background: transparent;
  }
  .modes button[aria-pressed='true'] {
    background: var(--tm-surface);
    box-shadow: var(--tm-shadow-1);
  }
  .body {
    display: grid;
    grid-template-columns: 1fr 248px;
    gap: var(--tm-space-5);
  }
  .side {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-3);
    outline: none;
  }
  .value {
    padding: var(--tm-space-2) var(--tm-space-3);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface-sunken);
    font-size: var(--tm-text-xxl);
    font-weight: 700;
    line-height: 1.2;
    text-align: right;
  }
  .now {
    display: flex;
    justify-content: space-between;
    gap: var(--tm-space-3);
  }
  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: var(--tm-space-2);
    margin: 0;
    padding: 0;
    border: none;
  }
  legend {
    margin-bottom: var(--tm-space-2);
    padding: 0;
    font-weight: 600;
  }
  fieldset button[aria-pressed='true'] {
    border-color: var(--tm-brand);
    background: var(--tm-brand-soft);
  }
  label {
    display: grid;
    gap: var(--tm-space-1);
    flex: 1 1 100%;
    font-weight: 600;
  }
  footer {
    display: flex;
    gap: var(--tm-space-2);
    margin-top: var(--tm-space-4);
  }
  footer .primary {
    flex: 2;
    min-height: 56px;
    font-size: var(--tm-text-l);
  }
  footer button {
    flex: 1;
    min-height: 56px;
  }
  @media (max-width: 640px) {
    dialog {
      padding: var(--tm-space-3) var(--tm-space-4) var(--tm-space-4);
    }
    .body {
      grid-template-columns: 1fr;
    }
  }
`
