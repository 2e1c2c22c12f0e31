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
    background: var(--tm-bar);
    color: var(--tm-on-bar);
  }
  .skip {
    position: absolute;
    z-index: 30;
    top: var(--tm-space-2);
    left: var(--tm-space-2);
  }
  .skip:not(:focus) {
    clip-path: inset(50%);
  }
  header :focus-visible {
    outline: var(--tm-focus-on-bar);
  }
  main:focus {
    outline: none;
  }
  .place {
    display: flex;
    flex: 1;
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
  .cashier,
  .cashier:active:not(:disabled) {
    max-width: 40vw;
    border-color: transparent;
    background: var(--tm-bar-raised);
    color: var(--tm-on-bar);
  }
  .cashier .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .desk {
    display: flex;
    flex: 1;
    min-height: 0;
  }
  main {
    display: flex;
    flex: 1;
    min-width: 0;
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
  @media (max-width: 899px) {
    .desk {
      flex-direction: column-reverse;
    }
    header {
      gap: var(--tm-space-2);
      min-height: 56px;
      padding: 0 var(--tm-space-3);
    }
  }
  @media print {
    :host,
    .desk,
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
