import { css } from 'lit'

export const sellStyles = css`
  :host {
    display: flex;
    min-height: 0;
  }
  .desk {
    display: grid;
    flex: 1;
    grid-template-columns: minmax(0, 1fr) clamp(340px, 32vw, 440px);
    min-width: 0;
    min-height: 0;
  }
  .find {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-3);
    min-height: 0;
    padding: var(--tm-space-3) var(--tm-space-4);
  }
  .find tm-product-shelf {
    flex: 1;
  }
  tm-cart {
    border-left: 1px solid var(--tm-line);
  }
  .cart-bar,
  .back {
    display: none;
  }
  tm-sale-done {
    flex: 1;
    min-height: 0;
  }
  @media (max-width: 760px) {
    .desk {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: minmax(0, 1fr) auto;
    }
    .find {
      padding: var(--tm-space-3);
    }
    tm-cart {
      display: none;
      border-left: none;
    }
    .cart-bar {
      display: flex;
      align-items: center;
      justify-content: space-between;
      min-height: 60px;
      margin: 0 var(--tm-space-3) var(--tm-space-3);
    }
    .cart-bar span {
      display: flex;
      align-items: center;
      gap: var(--tm-space-2);
    }
    .desk.cart-open {
      grid-template-rows: auto minmax(0, 1fr);
    }
    .cart-open .find,
    .cart-open .cart-bar {
      display: none;
    }
    .cart-open tm-cart {
      display: flex;
    }
    .cart-open .back {
      display: block;
      margin: var(--tm-space-2) var(--tm-space-3);
    }
  }
  @media print {
    .desk {
      display: none;
    }
    tm-sale-done {
      display: block;
    }
  }
`
