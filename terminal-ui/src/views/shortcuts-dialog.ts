/** The sheet of keys. */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, query } from 'lit/decorators.js'
import '../components/dialog/dialog.ts'
import type { TmDialog } from '../components/dialog/dialog.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { shortcutGroups, type ShortcutGroup } from './shortcuts.ts'

/** @fires tm-close */
@customElement('tm-shortcuts-dialog')
export class TmShortcutsDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      tm-dialog {
        --tm-dialog-width: 640px;
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: var(--tm-space-2) var(--tm-space-4);
        align-items: center;
        margin: var(--tm-space-2) 0 0;
      }
      dd {
        margin: 0;
      }
      kbd {
        display: inline-block;
        padding: 3px 8px;
        background: var(--tm-quiet-soft);
      }
    `,
  ]

  @query('tm-dialog') private accessor dialog!: TmDialog

  protected override firstUpdated(): void {
    void this.dialog.open()
  }

  protected override render() {
    return html`<tm-dialog heading=${msg('Keys')} @tm-close=${() => this.dispatchEvent(new CustomEvent('tm-close'))}>
      ${shortcutGroups().map((group) => this.#renderGroup(group))}
    </tm-dialog>`
  }

  #renderGroup({ title, shortcuts }: ShortcutGroup) {
    return html`<section>
      <h3>${title}</h3>
      <dl>
        ${shortcuts.map(
          ({ keys, what }) =>
            html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
              <dd>${what}</dd>`,
        )}
      </dl>
    </section>`
  }
}
