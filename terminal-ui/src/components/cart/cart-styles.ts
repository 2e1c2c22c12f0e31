import { css } from 'lit'

export const cartStyles = css`
  :host {
    container-type: inline-size;
    display: flex;
    flex-direction: column;
    min-height: 0;
    background: var(--tm-surface);
  }
  header {
    display: flex;
    flex: none;
    align-items: center;
    justify-content: space-between;
    padding: var(--tm-space-2) var(--tm-space-2) var(--tm-space-2) var(--tm-space-4);
    border-bottom: 1px solid var(--tm-line);
  }
  h2 {
    font-size: var(--tm-text-l);
  }
  h2 .soft {
    font-size: var(--tm-text-s);
    font-weight: 400;
  }
  .empty {
    display: grid;
    flex: 1;
    place-content: center;
    justify-items: center;
    gap: var(--tm-space-3);
    min-height: 120px;
    padding: var(--tm-space-5);
    color: var(--tm-ink-soft);
    text-align: center;
  }
  .lines {
    flex: 1;
    min-height: 0;
    margin: 0;
    padding: 0;
    overflow-y: auto;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto minmax(72px, auto);
    grid-template-areas: 'name quantity total' 'unit quantity total';
    align-items: center;
    column-gap: var(--tm-space-3);
    padding: var(--tm-space-2) var(--tm-space-4);
    border-bottom: 1px solid var(--tm-line);
  }
  .name {
    grid-area: name;
    align-self: end;
    font-size: 0.9375rem;
    font-weight: 600;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  .line-total {
    grid-area: total;
    justify-self: end;
    font-weight: 600;
  }
  .unit-price {
    grid-area: unit;
    align-self: start;
    font-size: var(--tm-text-s);
  }
  .stepper,
  .grams {
    grid-area: quantity;
    display: flex;
    align-items: center;
  }
  .stepper button,
  .grams button {
    padding: 0;
    background: var(--tm-surface-sunken);
  }
  .stepper button:first-child,
  .grams button {
    border-radius: var(--tm-radius-m) 0 0 var(--tm-radius-m);
  }
  .stepper button:last-child {
    border-radius: 0 var(--tm-radius-m) var(--tm-radius-m) 0;
  }
  .quantity {
    width: 48px;
    padding: 0 var(--tm-space-1);
    border: 1px solid var(--tm-line);
    border-radius: 0;
    text-align: center;
    font-weight: 600;
  }
  .stepper .quantity {
    border-left: none;
    border-right: none;
  }
  .grams .quantity {
    width: 70px;
    border-left: none;
    border-radius: 0 var(--tm-radius-m) var(--tm-radius-m) 0;
  }
  .grams span {
    width: 1.375rem;
    color: var(--tm-ink-soft);
    text-align: right;
  }
  @container (max-width: 399px) {
    li {
      grid-template-columns: minmax(0, 1fr) auto minmax(72px, auto);
      grid-template-areas: 'name name name' 'unit quantity total';
      row-gap: var(--tm-space-1);
    }
    .unit-price {
      align-self: center;
    }
  }
  footer {
    flex: none;
    padding: var(--tm-space-3) var(--tm-space-4) var(--tm-space-4);
    border-top: 1px solid var(--tm-line);
    background: var(--tm-surface-sunken);
  }
  .row {
    display: flex;
    justify-content: space-between;
    align-items: baseline;
    font-size: var(--tm-text-s);
  }
  .total {
    margin: var(--tm-space-1) 0 var(--tm-space-3);
    font-size: var(--tm-text-xl);
    font-weight: 700;
  }
  .pay {
    gap: var(--tm-space-3);
    width: 100%;
    min-height: 64px;
    font-size: var(--tm-text-l);
  }
`
