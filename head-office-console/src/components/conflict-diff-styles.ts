import { css } from 'lit'

export const conflictDiffStyles = css`
  :host {
    display: block;
  }
  table.diff {
    min-width: 720px;
    table-layout: fixed;
  }
  .diff th,
  .diff td {
    padding: var(--tm-space-3);
  }
  .diff thead th {
    vertical-align: top;
    white-space: normal;
  }
  .diff thead th > div {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-2);
    align-items: flex-start;
  }
  .diff thead strong {
    color: var(--tm-ink);
    font-size: var(--tm-text-m);
  }
  .diff .what {
    width: 130px;
  }
  .diff tbody th {
    color: var(--tm-ink);
    white-space: normal;
  }
  .diff tr[data-same] {
    color: var(--tm-ink-soft);
  }
  .diff label {
    display: flex;
    align-items: flex-start;
    gap: var(--tm-space-2);
    min-height: var(--tm-target-dense);
    padding: var(--tm-space-2);
    border: 1px solid var(--tm-line);
    border-radius: var(--tm-radius-m);
    cursor: pointer;
  }
  .diff label:hover {
    border-color: var(--tm-line-strong);
  }
  .diff label:has(input:checked) {
    border-color: var(--tm-brand);
    background: var(--tm-brand-soft);
    box-shadow: inset 0 0 0 1px var(--tm-brand);
  }
  .diff input[type='radio'] {
    flex: none;
    margin-top: 2px;
  }
  .diff label > span {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .diff .value {
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .diff .changed {
    color: var(--tm-caution);
  }
  .diff .result {
    border-left: 3px solid var(--tm-brand);
    background: var(--tm-surface-sunken);
  }
  .diff .result .value {
    font-size: var(--tm-text-l);
  }
  .diff .result input {
    width: 100%;
  }
  .edit {
    display: flex;
    align-items: flex-start;
    justify-content: space-between;
    gap: var(--tm-space-2);
  }
  .edit .value {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .wrong {
    color: var(--tm-bad);
    font-size: var(--tm-text-s);
  }
  @media (max-width: 760px) {
    table.diff {
      min-width: 0;
    }
    .diff,
    .diff tbody,
    .diff thead,
    .diff tr,
    .diff td,
    .diff th {
      display: block;
      width: auto;
    }
    .diff thead .what {
      display: none;
    }
    .diff tbody tr {
      padding: var(--tm-space-3) 0;
      border-bottom: 1px solid var(--tm-line);
    }
    .diff thead th,
    .diff tbody th,
    .diff td {
      padding: var(--tm-space-1) 0;
      border-bottom: none;
    }
    .diff tbody th {
      font-size: var(--tm-text-m);
    }
    .diff td::before {
      display: block;
      color: var(--tm-ink-soft);
      font-size: var(--tm-text-xs);
      content: attr(data-label);
    }
    .diff .result {
      margin-top: var(--tm-space-2);
      padding: var(--tm-space-2) var(--tm-space-3);
      border-radius: 0 var(--tm-radius-m) var(--tm-radius-m) 0;
    }
    .diff thead th {
      padding: var(--tm-space-2) 0;
      border-bottom: 1px solid var(--tm-line);
    }
    .diff thead th.result {
      padding-left: var(--tm-space-3);
    }
  }
`
