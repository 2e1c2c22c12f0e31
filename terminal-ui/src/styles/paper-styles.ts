/** What is printed on an 80 mm roll, receipts and reports alike. Paper is white and ink is black in every theme. */
import { css } from 'lit'

export const paperStyles = css`
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
  .row {
    display: flex;
    justify-content: space-between;
    gap: 1em;
  }
  .row > :first-child {
    overflow-wrap: anywhere;
  }
  .total {
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
