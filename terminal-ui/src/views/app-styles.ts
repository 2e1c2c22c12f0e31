import { css } from 'lit'

export const appStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100dvh;
  }
  header {
    display: flex;
    flex: none;
    align-items: center;
    gap: var(--tm-space-4);
    min-height: 60px;
    padding: 0 var(--tm-space-4);
    background: var(--tm-brand-strong);
    color: #fff;
  }
  .place {
    display: flex;
    flex-direction: column;
    min-width: 0;
    line-height: 1.25;
  }
  .place strong,
  .place span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .place > span {
    font-size: var(--tm-text-s);
    opacity: 0.9;
  }
  nav {
    display: flex;
    gap: var(--tm-space-1);
    margin: 0 auto;
  }
  .tab,
  .tab:active:not(:disabled) {
    display: flex;
    align-items: center;
    gap: var(--tm-space-2);
    border-color: transparent;
    background: transparent;
    color: #fff;
  }
  .tab[aria-current] {
    background: rgb(255 255 255 / 16%);
  }
  main {
    display: flex;
    flex: 1;
    min-height: 0;
  }
  main > * {
    flex: 1;
    min-width: 0;
  }
  .alert {
    display: flex;
    flex: none;
    align-items: center;
    gap: var(--tm-space-3);
    padding: var(--tm-space-1) var(--tm-space-4);
    background: var(--tm-caution-soft);
    color: var(--tm-caution);
  }
  .alert p {
    flex: 1;
  }
  @media (max-width: 640px) {
    header {
      gap: var(--tm-space-2);
      padding: 0 var(--tm-space-2);
    }
    .tab {
      padding: 0 var(--tm-space-2);
    }
    .tab span,
    .cashier {
      display: none;
    }
    nav {
      margin-left: auto;
      margin-right: 0;
    }
  }
  @media print {
    :host,
    main {
      display: block;
      height: auto;
    }
    header,
    .alert {
      display: none;
    }
  }
`
