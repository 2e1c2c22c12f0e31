import { css } from 'lit'

export const shiftStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(340px, 440px);
    min-height: 0;
  }
  :host([alone]) {
    grid-template-columns: minmax(0, 1fr);
  }
  .desk {
    display: grid;
    align-content: start;
    gap: var(--tm-space-4);
    min-height: 0;
    padding: var(--tm-space-4);
    overflow-y: auto;
  }
  .card {
    display: grid;
    gap: var(--tm-space-4);
    padding: var(--tm-space-5);
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
    box-shadow: var(--tm-shadow-1);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: var(--tm-space-2);
  }
  h1 {
    font-size: var(--tm-text-l);
  }
  h2 {
    font-size: var(--tm-text-m);
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(130px, 1fr));
    gap: var(--tm-space-3);
    margin: 0;
  }
  .tiles div {
    padding: var(--tm-space-3) var(--tm-space-4);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface-sunken);
  }
  dt {
    color: var(--tm-ink-soft);
    font-size: var(--tm-text-s);
  }
  dd {
    margin: 0;
    font-size: var(--tm-text-l);
    font-weight: 700;
    font-variant-numeric: tabular-nums;
  }
  .actions {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
    gap: var(--tm-space-2);
  }
  .actions button {
    min-height: 56px;
  }
  ul {
    display: grid;
    gap: var(--tm-space-1);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .line,
  li button {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 2px var(--tm-space-4);
    width: 100%;
    padding: var(--tm-space-2) var(--tm-space-4);
    text-align: left;
  }
  li button {
    border-color: transparent;
  }
  li button[aria-current] {
    border-color: var(--tm-brand);
    background: var(--tm-brand-soft);
  }
  li .amount {
    justify-self: end;
  }
  li .soft {
    font-size: var(--tm-text-s);
    font-weight: 400;
  }
  .good {
    color: var(--tm-good);
  }
  .bad {
    color: var(--tm-bad);
  }
  .paper {
    display: grid;
    align-content: start;
    justify-items: center;
    gap: var(--tm-space-4);
    min-height: 0;
    padding: var(--tm-space-4);
    overflow-y: auto;
    border-left: 1px solid var(--tm-line);
  }
  .paper .tools {
    display: flex;
    gap: var(--tm-space-2);
  }
  @media (max-width: 900px) {
    :host {
      display: block;
      overflow-y: auto;
    }
    .desk,
    .paper {
      overflow: visible;
    }
    .paper {
      border-left: none;
      border-top: 1px solid var(--tm-line);
    }
  }
  @media print {
    :host,
    .paper {
      display: block;
      padding: 0;
      border: none;
    }
    .desk,
    .tools {
      display: none;
    }
  }
`
