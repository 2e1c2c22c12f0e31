import { css } from 'lit'

export const setupStyles = css`
  :host {
    display: grid;
    flex: 1;
    place-items: center;
    padding: var(--tm-space-4);
    overflow-y: auto;
  }
  form {
    display: grid;
    gap: var(--tm-space-5);
    width: 100%;
    max-width: 600px;
    padding: var(--tm-space-6);
    border-radius: var(--tm-radius-l);
    background: var(--tm-surface);
    box-shadow: var(--tm-shadow-1);
  }
  header {
    display: flex;
    align-items: center;
    gap: var(--tm-space-4);
  }
  .mark {
    display: grid;
    flex: none;
    place-items: center;
    width: 60px;
    height: 60px;
    border-radius: var(--tm-radius-l);
    background: var(--tm-brand);
    color: var(--tm-on-brand);
  }
  h1 {
    font-size: var(--tm-text-xl);
    line-height: 1.2;
  }
  fieldset {
    margin: 0;
    padding: 0;
    border: none;
  }
  legend,
  label {
    padding: 0;
    font-weight: 600;
  }
  legend {
    margin-bottom: var(--tm-space-2);
  }
  label {
    display: grid;
    gap: var(--tm-space-2);
  }
  label input {
    font-weight: 400;
    min-height: 52px;
  }
  .code {
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.15em;
    text-transform: uppercase;
  }
  label small {
    font-weight: 400;
  }
  .lanes {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(76px, 1fr));
    gap: var(--tm-space-2);
    max-height: 40dvh;
    padding: 4px;
    margin: -4px;
    overflow-y: auto;
  }
  .lane {
    flex-direction: column;
    gap: 0;
    min-height: 60px;
    padding: 0;
    font-size: var(--tm-text-l);
    line-height: 1.1;
  }
  .lane small {
    display: block;
    font-size: var(--tm-text-xs);
    font-weight: 400;
  }
  .lane.taken {
    background: var(--tm-quiet-soft);
    color: var(--tm-ink-soft);
  }
  .lane[aria-pressed='true'] {
    background: var(--tm-brand);
    border-color: var(--tm-brand);
    color: var(--tm-on-brand);
  }
  .lane.taken[aria-pressed='true'] {
    background: var(--tm-bad);
    border-color: var(--tm-bad);
    color: var(--tm-on-bad);
  }
  .problem {
    display: flex;
    align-items: center;
    gap: var(--tm-space-2);
    color: var(--tm-bad);
    font-weight: 600;
  }
  .start {
    min-height: 60px;
    font-size: var(--tm-text-l);
  }
  dialog {
    width: 460px;
  }
  dialog p {
    margin: var(--tm-space-3) 0 var(--tm-space-5);
  }
  .actions {
    display: flex;
    justify-content: flex-end;
    gap: var(--tm-space-2);
  }
  @media (max-width: 480px) {
    form {
      padding: var(--tm-space-5) var(--tm-space-4);
    }
  }
`
