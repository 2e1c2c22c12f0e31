/** The way to the sections: a rail at the side, or a bar at the bottom of a narrow screen with the rest behind "More". */
import { msg } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon, type IconName } from '../icon/icon.ts'
import { navigationStyles } from './navigation-styles.ts'

export interface NavigationItem {
  readonly id: string
  readonly label: string
  readonly icon: IconName
}

/** As many as fit side by side on a phone, beside "More". */
const itemsInBar = 4

/** @fires tm-navigate with the item's id */
@customElement('tm-navigation')
export class TmNavigation extends LitElement {
  static override styles = [sharedStyles, navigationStyles]

  @property({ attribute: false }) accessor items: readonly NavigationItem[] = []
  @property() accessor current = ''
  @query('#more') private accessor more!: HTMLElement | null

  #choose(id: string): void {
    this.more?.hidePopover()
    this.dispatchEvent(new CustomEvent('tm-navigate', { detail: id }))
  }

  protected override render() {
    const fitsInBar = this.items.length <= itemsInBar + 1
    const rest = fitsInBar ? [] : this.items.slice(itemsInBar)
    return html`<nav aria-label=${msg('Sections')}>
      ${this.items.map((item) => this.#renderItem(item, rest.includes(item) ? 'only-rail' : ''))}
      ${rest.length === 0 ? nothing : this.#renderMore(rest)}
    </nav>`
  }

  #renderMore(rest: readonly NavigationItem[]) {
    const isCurrent = rest.some(({ id }) => id === this.current)
    return html`<button
        class="item only-bar ${isCurrent ? 'current' : ''}"
        popovertarget="more"
        aria-haspopup="true"
        data-testid="more-sections"
      >
        ${icon('more', 24)}<span>${msg('More')}</span>
      </button>
      <div id="more" popover aria-label=${msg('More sections')}>
        ${rest.map((item) => this.#renderItem(item, 'in-sheet'))}
      </div>`
  }

  #renderItem(item: NavigationItem, place: string) {
    return html`<button
      class="item ${place}"
      data-testid=${place === 'in-sheet' ? `more-${item.id}` : item.id}
      aria-current=${item.id === this.current ? 'page' : nothing}
      @click=${() => this.#choose(item.id)}
    >
      ${icon(item.icon, 24)}<span>${item.label}</span>
    </button>`
  }
}
