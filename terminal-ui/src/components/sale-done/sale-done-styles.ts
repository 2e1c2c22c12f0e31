import { css } from 'lit'

export const saleDoneStyles = css`
  :host {
    display: flex;
  }
  section {
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
    text-align: center;
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
    section {
      grid-template-columns: minmax(0, 1fr);
      overflow-y: auto;
    }
    .paper {
      overflow: visible;
    }
  }
  @media print {
    .outcome {
      display: none;
    }
    :host,
    section,
    .paper {
      display: block;
      padding: 0;
      overflow: visible;
    }
  }
`
