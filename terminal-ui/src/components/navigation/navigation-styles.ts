import { css } from 'lit'

export const navigationStyles = css`
  :host {
    display: block;
    background: var(--tm-bar);
  }
  .item:focus-visible {
    outline: var(--tm-focus-on-bar);
    outline-offset: -3px;
  }
  nav {
    display: flex;
    flex-direction: column;
    gap: var(--tm-space-1);
    /* The longest word of any language fits. */
    width: 112px;
    height: 100%;
    padding: var(--tm-space-2) var(--tm-space-1);
    overflow-y: auto;
  }
  .item {
    flex: none;
    flex-direction: column;
    gap: 2px;
    min-height: 64px;
    padding: var(--tm-space-1) 2px;
    border-color: transparent;
    background: transparent;
    color: var(--tm-on-bar);
    font-size: var(--tm-text-xs);
  }
  /* Colours alone: an item that changed its size under the finger would lose the click. */
  .item:is(:hover, :active):not(:disabled) {
    border-color: transparent;
    background: var(--tm-bar-raised);
  }
  .item span {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .item[aria-current],
  .item.current {
    background: var(--tm-bar-raised);
    box-shadow: inset 3px 0 0 var(--tm-accent);
  }
  .only-bar,
  #more {
    display: none;
  }
  #more:popover-open {
    display: grid;
  }
  @media (max-width: 899px) {
    nav {
      flex-direction: row;
      width: auto;
      padding: var(--tm-space-1) var(--tm-space-1) calc(var(--tm-space-1) + env(safe-area-inset-bottom));
    }
    nav > .item {
      flex: 1 1 0;
      min-width: 0;
      min-height: 56px;
    }
    .item[aria-current],
    .item.current {
      box-shadow: inset 0 3px 0 var(--tm-accent);
    }
    .only-rail {
      display: none;
    }
    .only-bar {
      display: inline-flex;
    }
    #more {
      inset: auto var(--tm-space-2) calc(72px + env(safe-area-inset-bottom)) auto;
      gap: var(--tm-space-1);
      min-width: 220px;
      margin: 0;
      padding: var(--tm-space-2);
      border: none;
      border-radius: var(--tm-radius-l);
      background: var(--tm-surface);
      box-shadow: var(--tm-shadow-2);
    }
    .in-sheet {
      flex-direction: row;
      justify-content: flex-start;
      gap: var(--tm-space-3);
      min-height: 52px;
      padding: 0 var(--tm-space-3);
      color: var(--tm-ink);
      font-size: var(--tm-text-m);
    }
    .in-sheet:is(:hover, :active):not(:disabled),
    .in-sheet[aria-current] {
      background: var(--tm-brand-soft);
      box-shadow: none;
    }
  }
  @media print {
    :host {
      display: none;
    }
  }
`
