import { css } from 'lit'

export const signInStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 264px;
    gap: var(--tm-space-6);
    align-items: start;
  }
  .people {
    display: grid;
    gap: var(--tm-space-3);
    min-height: 0;
  }
  ul {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(128px, 1fr));
    gap: var(--tm-space-2);
    max-height: 52dvh;
    margin: -4px;
    padding: 4px;
    overflow-y: auto;
    list-style: none;
  }
  .person {
    display: grid;
    justify-items: center;
    align-content: center;
    gap: 2px;
    width: 100%;
    min-height: 124px;
    padding: var(--tm-space-3) var(--tm-space-2);
  }
  .person[aria-pressed='true'] {
    border-color: var(--tm-brand);
    background: var(--tm-brand-soft);
    box-shadow: inset 0 0 0 1px var(--tm-brand);
  }
  .initials {
    display: grid;
    place-items: center;
    width: 48px;
    height: 48px;
    margin-bottom: var(--tm-space-1);
    border-radius: 50%;
    background: var(--tm-brand);
    color: var(--tm-on-brand);
    font-size: var(--tm-text-l);
  }
  .name {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .role {
    color: var(--tm-ink-soft);
    font-size: var(--tm-text-s);
    font-weight: 400;
  }
  .hint {
    display: grid;
    justify-items: center;
    align-self: center;
    gap: var(--tm-space-3);
    text-align: center;
  }
  .pad {
    display: grid;
    gap: var(--tm-space-2);
    outline: none;
  }
  .dots {
    display: flex;
    justify-content: center;
    gap: var(--tm-space-3);
    padding: var(--tm-space-2) 0;
  }
  .dot {
    width: 16px;
    height: 16px;
    border: 2px solid var(--tm-line-strong);
    border-radius: 50%;
  }
  .dot.full {
    border-color: var(--tm-brand);
    background: var(--tm-brand);
  }
  .problem {
    min-height: 2.5em;
    color: var(--tm-bad);
    font-size: var(--tm-text-s);
    font-weight: 600;
    line-height: 1.25;
    text-align: center;
  }
  .keys {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: var(--tm-space-2);
  }
  .keys button {
    min-height: 64px;
    padding: 0;
    font-size: var(--tm-text-l);
  }
  @media (max-width: 640px) {
    :host {
      grid-template-columns: minmax(0, 1fr);
      gap: var(--tm-space-4);
    }
    ul {
      grid-template-columns: repeat(auto-fill, minmax(96px, 1fr));
      max-height: 36dvh;
    }
    .person {
      min-height: 100px;
    }
    .keys button {
      min-height: 56px;
    }
  }
`
