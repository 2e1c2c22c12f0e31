import { css } from 'lit'

export const appStyles = css`
  :host(tm-app) {
    display: flex;
    height: 100dvh;
  }
  .skip {
    position: absolute;
    left: var(--tm-space-3);
    top: -100px;
    z-index: 2;
    padding: var(--tm-space-3) var(--tm-space-4);
    border-radius: var(--tm-radius-m);
    background: var(--tm-surface);
  }
  .skip:focus {
    top: var(--tm-space-3);
  }
  aside {
    display: flex;
    flex: none;
    flex-direction: column;
    gap: var(--tm-space-4);
    width: 212px;
    padding: var(--tm-space-4) var(--tm-space-3);
    background: var(--tm-side);
    color: var(--tm-on-side);
  }
  .brand,
  .who {
    display: flex;
    align-items: center;
    gap: var(--tm-space-3);
    min-width: 0;
    font-weight: 700;
    line-height: 1.2;
  }
  .brand {
    padding: 0 var(--tm-space-2);
    font-size: var(--tm-text-l);
  }
  small {
    display: block;
    font-size: var(--tm-text-xs);
    font-weight: 400;
    opacity: 0.85;
  }
  .who {
    font-size: var(--tm-text-s);
  }
  nav {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-1);
  }
  nav a {
    display: flex;
    align-items: center;
    gap: var(--tm-space-3);
    min-height: var(--tm-target);
    padding: 0 var(--tm-space-3);
    border-radius: var(--tm-radius-m);
    color: var(--tm-on-side);
    font-weight: 600;
    text-decoration: none;
  }
  nav a:hover {
    background: rgb(255 255 255 / 8%);
  }
  nav a[aria-current] {
    background: rgb(255 255 255 / 16%);
  }
  .badge {
    min-width: 24px;
    margin-left: auto;
    padding: 1px 7px;
    border-radius: 999px;
    background: var(--tm-accent);
    color: #241602;
    font-size: var(--tm-text-s);
    text-align: center;
  }
  tm-console-nav {
    flex: 1;
  }
  .person {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-2);
    padding: var(--tm-space-3) var(--tm-space-2) 0;
    border-top: 1px solid rgb(255 255 255 / 16%);
  }
  .tools {
    display: flex;
    gap: var(--tm-space-1);
  }
  .person button {
    min-width: var(--tm-target);
    padding: 0;
    color: var(--tm-on-side);
  }
  main {
    flex: 1;
    min-width: 0;
    overflow: auto;
    padding: var(--tm-space-5);
  }
  main:focus-visible {
    outline-offset: -4px;
  }
  @media (max-width: 820px) {
    :host(tm-app) {
      flex-direction: column;
    }
    aside {
      flex-direction: row;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 var(--tm-space-3);
      width: auto;
      padding: var(--tm-space-1) var(--tm-space-3);
    }
    .person {
      flex-direction: row;
      align-items: center;
      margin-left: auto;
      padding: 0;
      border: none;
    }
    .brand small,
    .who small {
      display: none;
    }
    tm-console-nav {
      flex: 1 0 100%;
      order: 3;
    }
    nav {
      flex-direction: row;
      justify-content: space-between;
      gap: 0;
    }
    nav a {
      position: relative;
      flex: 1;
      flex-direction: column;
      gap: 2px;
      justify-content: center;
      min-height: 54px;
      padding: 0 2px;
      font-size: 0.7rem;
    }
    .badge {
      position: absolute;
      top: 2px;
      right: 4px;
      min-width: 18px;
      padding: 0 5px;
      font-size: 0.7rem;
    }
    main {
      padding: var(--tm-space-3);
    }
  }
  @media (max-width: 480px) {
    .who > span {
      display: none;
    }
  }
`
