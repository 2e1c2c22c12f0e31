/**
 * Puts price changes into effect when their time has come.
 *
 *     due ──► product's price is older than the change? ──yes──► price written, stamped with the change's own time
 *                  │ no: a later decision stands                         │
 *                  └──────────────► marked as applied ◄──────────────────┘
 *
 * The price is stamped with the time from which it holds and not with that of the run, so running twice, late, or in two
 * processes at once makes the same product, and a price that somebody set after that time stands.
 */
import { formatStamp, HEAD_OFFICE, type Product } from '@tidemark/contracts'
import type { StoredDocument } from '@tidemark/service-kit'
import type { Catalogue } from '../stores/catalogue-store.ts'

const changesPerRound = 200
const author = { subject: 'price-changes', name: 'price changes' }

/** Applies what is due, at most 200 of them. Answers how many are dealt with. */
export function applyDuePriceChanges(catalogue: Catalogue, now: Date): Promise<number> {
  return catalogue.inTurn(async () => {
    const due = await catalogue.duePriceChanges(now, changesPerRound)
    let applied = 0
    // One after the other: two changes of one product come in the order of their times.
    for (const change of due) if (await apply(catalogue, change, now)) applied += 1
    return applied
  })
}

/** False when somebody else wrote in between: the next round sees it again. */
async function apply(catalogue: Catalogue, change: StoredDocument, now: Date): Promise<boolean> {
  const effectiveAt = formatStamp({ wallMs: Date.parse(String(change['effectiveFrom'])), counter: 0 }, HEAD_OFFICE)
  const product = (await catalogue.get(`product:${String(change['sku'])}`)) as (StoredDocument & Product) | undefined
  const isNewest = product !== undefined && (product.fieldTimes?.['priceMinor'] ?? '') < effectiveAt
  const isSameCurrency = product?.currency === change['currency']
  if (isNewest && isSameCurrency && product.priceMinor !== change['priceMinor']) {
    const { at, by } = catalogue.sign(author, product.at, effectiveAt)
    const fieldTimes = { ...product.fieldTimes, priceMinor: effectiveAt }
    const [written] = await catalogue.save([{ ...product, priceMinor: change['priceMinor'], at, by, fieldTimes }])
    if (written?.kind !== 'stored') return false
  }
  const outcome =
    product === undefined ? 'no such product' : !isSameCurrency ? 'other currency' : isNewest ? 'applied' : 'overtaken'
  const [marked] = await catalogue.save([{ ...change, appliedAt: now.toISOString(), outcome }])
  return marked?.kind === 'stored'
}
