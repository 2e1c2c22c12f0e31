/** A manager edits a product at this till: a local change with a time per field, which travels to the hub like everything else. */
import { editProduct, type Author, type Product, type ProductChanges } from '@tidemark/contracts'
import { noteEdit } from './local-edits.ts'
import { isNotFound, isUpdateConflict, type StoredDocument } from './pouch-types.ts'
import { durably } from './strict-durability.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export type EditOutcome =
  | { readonly outcome: 'saved'; readonly product: Product }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'not-found' }
  /** Somebody else's change came in while the person was typing: nothing was written. */
  | { readonly outcome: 'changed-meanwhile' }
  | { readonly outcome: 'invalid'; readonly reason: string }

export interface ProductEdit {
  readonly sku: string
  /** The revision that the person has seen. */
  readonly baseRev: string
  readonly changes: ProductChanges
  readonly by: Author
  /** An HLC stamp of this till, later than the given ones. */
  readonly stamp: (...after: readonly string[]) => Promise<string>
  readonly now: Date
}

/** The product as it is stored here, with the other revisions of a conflict under `_conflicts`. */
export async function readProduct(databases: TerminalDatabases, sku: string): Promise<StoredDocument | undefined> {
  try {
    return await databases.catalog.get(`product:${sku}`, { conflicts: true })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

export async function saveProductEdit(databases: TerminalDatabases, edit: ProductEdit): Promise<EditOutcome> {
  const present = await readProduct(databases, edit.sku)
  if (present === undefined) return { outcome: 'not-found' }
  if (present._rev !== edit.baseRev) return { outcome: 'changed-meanwhile' }
  const { _conflicts, ...document } = present
  const current = document as unknown as Product
  const at = await edit.stamp(current.at, ...Object.values(current.fieldTimes))
  const product = editProduct(current, edit.changes, { at, by: edit.by })
  if (product === undefined) return { outcome: 'unchanged' }
  const { _rev, ...plain } = product as Product & { readonly _rev: string }
  const { checkDocument, describeProblems } = await import('@tidemark/contracts/check-document')
  const problems = checkDocument('catalog', plain)
  if (problems.length > 0) return { outcome: 'invalid', reason: describeProblems(problems) }
  await noteEdit(databases.device, { database: 'catalog', documentId: present._id }, edit.now)
  try {
    await durably(() => databases.catalog.put({ ...plain, _rev }))
  } catch (error) {
    if (isUpdateConflict(error)) return { outcome: 'changed-meanwhile' }
    throw error
  }
  return { outcome: 'saved', product: plain as Product }
}
