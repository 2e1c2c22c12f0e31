/**
 * Dialogs that are fetched when they are first opened. A view renders one only when `has` says so: until its class is here an element could
 * not take properties.
 */
import type { LitElement } from 'lit'

export class DialogShelf {
  readonly #host: LitElement
  readonly #here = new Set<string>()

  constructor(host: LitElement) {
    this.#host = host
  }

  has(tag: string): boolean {
    return this.#here.has(tag)
  }

  /** The dialog's element, rendered; undefined when it can't be fetched. */
  async take<Dialog extends HTMLElement>(tag: string, load: () => Promise<unknown>): Promise<Dialog | undefined> {
    if (!this.#here.has(tag)) {
      try {
        await load()
      } catch {
        return undefined
      }
      this.#here.add(tag)
      this.#host.requestUpdate()
    }
    await this.#host.updateComplete
    return this.#host.renderRoot.querySelector<Dialog>(tag) ?? undefined
  }

  /** True while one of the view's dialogs is open: keys are for it then. */
  get isOpen(): boolean {
    return [...this.#host.renderRoot.querySelectorAll('[data-dialog]')].some(
      (element) => element.shadowRoot?.querySelector('dialog[open]') != null,
    )
  }
}
