/** Products as a manager changes them at this till. */
import type { Author, ProductChanges } from '@tidemark/contracts'
import { readProduct, saveProductEdit, type EditOutcome } from '../data/product-edits.ts'
import type { StoredDocument } from '../data/pouch-types.ts'
import type { TillHost } from './till-host.ts'

export class Products {
  readonly #till: TillHost

  constructor(till: TillHost) {
    this.#till = till
  }

  /** With the other revisions of a conflict under `_conflicts`; undefined when it is not on this till. */
  read(sku: string): Promise<StoredDocument | undefined> {
    return readProduct(this.#till.databases, sku)
  }

  /** Saves a change on the revision that the person has seen. */
  async save(sku: string, baseRev: string, changes: ProductChanges, by: Author): Promise<EditOutcome> {
    const { databases, enrolment, journal } = this.#till
    if (enrolment === undefined) throw new Error('the till is not set up')
    const stamp = (...after: readonly string[]) => journal.stamp(enrolment, ...after)
    const outcome = await saveProductEdit(databases, { sku, baseRev, changes, by, stamp, now: new Date() })
    if (outcome.outcome === 'saved') {
      await this.#till.refreshCatalog()
      this.#till.noteLocalWrite('catalog')
    }
    return outcome
  }
}
