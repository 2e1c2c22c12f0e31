import { css } from 'lit'

export const conflictCaseStyles = css`
  .explanation li {
    padding-left: var(--tm-space-4);
    text-indent: calc(-1 * var(--tm-space-4));
  }
  .explanation li::before {
    content: '— ';
    color: var(--tm-ink-soft);
  }
  .decide {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    gap: var(--tm-space-3);
  }
  .decide label {
    flex: 1;
    min-width: 220px;
  }
  dialog .row {
    justify-content: flex-end;
  }
  dialog td:first-child {
    font-weight: 600;
  }
  .arrow {
    color: var(--tm-ink-soft);
  }
  summary {
    min-height: var(--tm-target-dense);
    cursor: pointer;
    font-weight: 600;
  }
`
