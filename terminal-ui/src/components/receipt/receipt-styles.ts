import { css } from 'lit'

export const receiptStyles = css`
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
  .detail {
    padding-left: 1em;
  }
  .total {
    font-size: 1.1875rem;
  }
  .number {
    font-weight: 700;
  }
`
