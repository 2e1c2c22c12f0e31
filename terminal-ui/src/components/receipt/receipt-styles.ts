import { css } from 'lit'

/** Paper is white and ink is black in every theme. */
export const receiptStyles = css`
  :host {
    display: block;
    width: 80mm;
    max-width: 100%;
    padding: var(--tm-space-5) var(--tm-space-4);
    border-radius: var(--tm-radius-s);
    background: #fff;
    color: #000;
    font: 0.8125rem/1.45 var(--tm-font-mono);
    box-shadow: var(--tm-shadow-1);
  }
  header,
  footer {
    text-align: center;
  }
  h2 {
    font-size: 1.0625rem;
  }
  hr {
    margin: 0.6em 0;
    border: none;
    border-top: 1px dashed #555;
  }
  .lines {
    white-space: pre-line;
  }
  .mark {
    margin-top: 0.4em;
    font-size: 1rem;
    font-weight: 700;
    letter-spacing: 0.1em;
    text-transform: uppercase;
  }
  .row {
    display: flex;
    justify-content: space-between;
    gap: 1em;
  }
  .row > :first-child {
    overflow-wrap: anywhere;
  }
  .detail {
    padding-left: 1em;
  }
  .total {
    font-size: 1.1875rem;
    font-weight: 700;
  }
  .number {
    font-weight: 700;
  }
  @media print {
    :host {
      width: 72mm;
      padding: 0;
      border-radius: 0;
      box-shadow: none;
    }
  }
`
