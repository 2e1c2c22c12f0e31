/** Passing messages to the cashier, one at a time: a new one takes the place of the old. */

export interface Notice {
  readonly id: number
  readonly tone: 'plain' | 'warning'
  readonly text: string
  readonly undo?: () => void
}

export class Notices {
  current: Notice | undefined
  readonly #changed: () => void
  #lastId = 0

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Something happened; `undo` takes it back. */
  tell(text: string, undo?: () => void): void {
    this.#show(undo === undefined ? { tone: 'plain', text } : { tone: 'plain', text, undo })
  }

  /** Something did not work, or needs a look. */
  warn(text: string): void {
    this.#show({ tone: 'warning', text })
  }

  dismiss(): void {
    this.current = undefined
    this.#changed()
  }

  #show(notice: Omit<Notice, 'id'>): void {
    this.#lastId += 1
    this.current = { ...notice, id: this.#lastId }
    this.#changed()
  }
}
