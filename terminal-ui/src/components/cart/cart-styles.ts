import { css } from 'lit'

export const cartStyles = css`
  :host {
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
    grid-template-columns: 1fr auto var(--tm-target);
    grid-template-areas: 'name total total' 'unit quantity remove';
    align-items: center;
    gap: var(--tm-space-1) var(--tm-space-2);
    padding: var(--tm-space-2) var(--tm-space-4);
    border-bottom: 1px solid var(--tm-line);
  }
  .name {
    grid-area: name;
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
    font-size: var(--tm-text-s);
  }
  .remove {
    grid-area: remove;
    padding: 0;
    color: var(--tm-ink-soft);
  }
  .stepper,
  .grams {
    grid-area: quantity;
    display: flex;
    align-items: center;
  }
  .stepper button {
    padding: 0;
    background: var(--tm-surface-sunken);
  }
  .stepper button:first-child {
    border-radius: var(--tm-radius-m) 0 0 var(--tm-radius-m);
  }
  .stepper button:last-child {
    border-radius: 0 var(--tm-radius-m) var(--tm-radius-m) 0;
  }
  .quantity {
    width: 60px;
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
    width: 88px;
    border-radius: var(--tm-radius-m);
  }
  .grams span {
    margin-left: var(--tm-space-1);
    color: var(--tm-ink-soft);
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
    display: flex;
    align-items: center;
    justify-content: center;
    gap: var(--tm-space-3);
    width: 100%;
    min-height: 64px;
    font-size: var(--tm-text-l);
  }
`
