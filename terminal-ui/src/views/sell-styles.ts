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
  .done {
    display: grid;
    flex: 1;
    grid-template-columns: minmax(260px, 1fr) minmax(0, 1.2fr);
    min-height: 0;
  }
  .outcome {
    display: grid;
    align-content: center;
    justify-items: center;
    gap: var(--tm-space-2);
    padding: var(--tm-space-5);
    background: var(--tm-surface);
  }
  .tick {
    display: grid;
    place-items: center;
    width: 76px;
    height: 76px;
    border-radius: 50%;
    background: var(--tm-good-soft);
    color: var(--tm-good);
  }
  .change {
    margin-bottom: var(--tm-space-4);
    font-size: 3.5rem;
    font-weight: 700;
    line-height: 1;
  }
  .outcome button {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: var(--tm-space-2);
    width: 100%;
    max-width: 300px;
  }
  .new-sale {
    min-height: 64px;
    font-size: var(--tm-text-l);
  }
  .paper {
    display: grid;
    justify-items: center;
    align-items: start;
    min-height: 0;
    padding: var(--tm-space-5);
    overflow-y: auto;
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
    .done {
      grid-template-columns: minmax(0, 1fr);
      overflow-y: auto;
    }
    .paper {
      overflow: visible;
    }
  }
  @media print {
    .desk,
    .outcome {
      display: none;
    }
    .done,
    .paper {
      display: block;
      padding: 0;
    }
  }
`
