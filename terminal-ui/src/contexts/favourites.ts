/** Products on the first shelf of this till, which a manager chooses. */
import { msg, str } from '@lit/localize'
import { failureWords } from './failure-words.ts'
import type { TillHost } from './till-host.ts'

const maxFavourites = 200

export class Favourites {
  skus: readonly string[] = []
  readonly #till: TillHost

  constructor(till: TillHost) {
    this.#till = till
  }

  async resume(): Promise<void> {
    this.skus = (await this.#till.databases.device.read('favourites')) ?? []
  }

  /** Puts a product onto the first shelf, or takes it away. */
  async toggle(sku: string): Promise<void> {
    const isThere = this.skus.includes(sku)
    const skus = isThere ? this.skus.filter((each) => each !== sku) : [...this.skus, sku].slice(-maxFavourites)
    try {
      await this.#till.databases.device.write('favourites', skus)
      this.skus = skus
    } catch (error) {
      this.#till.notices.warn(msg(str`The favourites could not be changed: ${failureWords(error)}`))
    }
    this.#till.changed()
  }
}
