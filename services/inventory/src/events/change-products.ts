/** Carries proposals out: judged and written in one turn, every result looked at. */
import type { Principal } from '@tidemark/service-kit'
import { planProduct, type ProductPlan, type ProductProposal } from '../domain/plan-products.ts'
import type { Catalogue } from '../stores/catalogue-store.ts'

export type ProductResult =
  | ProductPlan
  /** Somebody else wrote it in between. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'failed'; readonly reason: string }

/** At most 500 proposals, no SKU twice. With `dryRun` nothing is written. A result for each, in order. */
export function changeProducts(
  catalogue: Catalogue,
  proposals: readonly ProductProposal[],
  author: Pick<Principal, 'subject' | 'name'>,
  dryRun: boolean,
): Promise<readonly ProductResult[]> {
  return catalogue.inTurn(async () => {
    const view = await catalogue.viewOf(proposals)
    const plans: ProductResult[] = proposals.map((proposal) => {
      const current = view.products.get(proposal.sku)
      const known = current === undefined ? [] : [current.at, ...Object.values(current.fieldTimes ?? {})]
      return planProduct(proposal, view, catalogue.sign(author, ...known))
    })
    if (dryRun) return plans
    const writes = plans.flatMap((plan, index) =>
      plan.kind === 'create' || plan.kind === 'update' ? [{ index, document: plan.document }] : [],
    )
    const outcomes = await catalogue.save(writes.map(({ document }) => document))
    for (const [position, { index }] of writes.entries()) {
      const outcome = outcomes[position]
      if (outcome?.kind === 'exists') plans[index] = { kind: 'overtaken' }
      if (outcome?.kind === 'failed') plans[index] = { kind: 'failed', reason: outcome.reason }
    }
    return plans
  })
}
