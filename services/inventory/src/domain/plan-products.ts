/** What becomes of proposed products, seen against the catalogue: the one judgement of an edit by hand and of an import. */
import {
  barcodeProblems,
  createProduct,
  describeProblems,
  editProduct,
  NewProduct,
  ProductChanges,
  schemaProblems,
  type Product,
  type Signature,
} from '@tidemark/contracts'
import type { FieldProblem } from '@tidemark/service-kit'

export interface ProductProposal {
  readonly sku: string
  /** Fields that are not given stay as they are; a new product needs them. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** What the catalogue says of everything that the proposals name. */
export interface CatalogueView {
  /** By SKU. */
  readonly products: ReadonlyMap<string, Product>
  /** SKUs by barcode. */
  readonly barcodeOwners: ReadonlyMap<string, readonly string[]>
  readonly taxCodes: ReadonlySet<string>
}

export type ProductPlan =
  | { readonly kind: 'create' | 'update'; readonly document: Product }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly problems: readonly FieldProblem[] }

export function planProduct(proposal: ProductProposal, catalogue: CatalogueView, signature: Signature): ProductPlan {
  const current = catalogue.products.get(proposal.sku)
  const problems = schemaProblems(current === undefined ? NewProduct : ProductChanges, proposal.fields)
  if (problems.length > 0) return { kind: 'refused', problems }
  const changes = proposal.fields as ProductChanges
  const refused = [...barcodeProblems(changes.barcodes), ...clashes(proposal.sku, changes, catalogue)]
  if (refused.length > 0) return { kind: 'refused', problems: refused }
  if (current === undefined) {
    return { kind: 'create', document: createProduct(proposal.sku, proposal.fields as NewProduct, signature) }
  }
  const document = editProduct(current, changes, signature)
  return document === undefined ? { kind: 'unchanged' } : { kind: 'update', document }
}

function clashes(sku: string, { barcodes = [], taxCode }: ProductChanges, view: CatalogueView): FieldProblem[] {
  const taken = barcodes.flatMap((barcode, index) => {
    const owner = view.barcodeOwners.get(barcode)?.find((other) => other !== sku)
    return owner === undefined ? [] : [{ field: `/barcodes/${index}`, message: `${barcode} belongs to ${owner}` }]
  })
  const isUnknown = taxCode !== undefined && !view.taxCodes.has(taxCode)
  return isUnknown ? [...taken, { field: '/taxCode', message: `there is no tax rate ${taxCode}` }] : taken
}

export function describeRefusal(problems: readonly FieldProblem[]): string {
  return describeProblems(problems)
}
