/** Which section is open: it is in the address, so that a reload comes back to it. */
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { sections, type Section } from './sections.ts'

export class SectionRouter implements ReactiveController {
  readonly #host: ReactiveControllerHost

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    window.addEventListener('hashchange', this.#onChange)
  }

  hostDisconnected(): void {
    window.removeEventListener('hashchange', this.#onChange)
  }

  get open(): Section {
    const id = window.location.hash.slice(1)
    const found = sections.find((section) => section.id === id) ?? sections[0]
    if (found === undefined) throw new Error('the till has no section')
    return found
  }

  go(id: string): void {
    // A till has no history that somebody would walk back through: its back key must not undo where the cashier is.
    window.history.replaceState(null, '', `#${id}`)
    this.#onChange()
  }

  #onChange = (): void => this.#host.requestUpdate()
}
