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
    grid-template-areas: 'name quantity total' 'unit quantity total' 'details details details';
    align-items: center;
    column-gap: var(--tm-space-3);
    padding: var(--tm-space-2) var(--tm-space-4);
    border-bottom: 1px solid var(--tm-line);
  }
  .tools {
    display: flex;
  }
  .tool {
    position: relative;
    flex-direction: column;
    gap: 0;
    min-width: 60px;
    padding: 2px var(--tm-space-1);
    font-size: var(--tm-text-xs);
  }
  .tool:disabled {
    background: transparent;
    border-color: transparent;
  }
  .badge {
    position: absolute;
    top: 0;
    left: calc(50% + 4px);
    min-width: 18px;
    padding: 0 4px;
    border-radius: 9px;
    background: var(--tm-brand);
    color: var(--tm-on-brand);
    font-size: var(--tm-text-xs);
    line-height: 18px;
    text-align: center;
  }
  .details {
    grid-area: details;
    font-size: var(--tm-text-s);
  }
  .off {
    color: var(--tm-good);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--tm-space-1);
    margin: calc(-1 * var(--tm-space-2)) calc(-1 * var(--tm-space-2)) var(--tm-space-1);
  }
  .actions button {
    min-width: 0;
    padding: 0 var(--tm-space-2);
    overflow: hidden;
    font-size: var(--tm-text-s);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .actions button:disabled {
    background: transparent;
    border-color: transparent;
  }
  .name {
    grid-area: name;
    align-self: end;
    justify-content: start;
    min-width: 0;
    margin: 0 calc(-1 * var(--tm-space-2));
    padding: 0 var(--tm-space-2);
    text-align: left;
    font-size: 0.9375rem;
    font-weight: 600;
    line-height: 1.25;
  }
  .name > span {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
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
  /* A name or a sum that would leave the other no room has a row of its own. */
  li.long {
    grid-template-areas: 'name name name' 'unit quantity total' 'details details details';
    row-gap: var(--tm-space-1);
  }
  .long .unit-price {
    align-self: center;
  }
  /* No room for words in every language: symbols for the eye, words for a reader of the screen. */
  @container (max-width: 419px) {
    .tool {
      min-width: var(--tm-target);
      padding: 0;
    }
    .tool > span:not(.badge) {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
  @container (max-width: 399px) {
    li {
      grid-template-areas: 'name name name' 'unit quantity total' 'details details details';
      row-gap: var(--tm-space-1);
    }
    .unit-price {
      align-self: center;
      font-size: var(--tm-text-xs);
    }
    li {
      column-gap: var(--tm-space-2);
    }
  }
  .exchange {
    display: grid;
    flex: none;
    grid-template-columns: minmax(0, 1fr) auto auto;
    align-items: center;
    gap: var(--tm-space-2);
    padding: var(--tm-space-2) var(--tm-space-4);
    border-top: 1px solid var(--tm-line);
    background: var(--tm-brand-soft);
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
