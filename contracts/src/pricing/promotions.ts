/**
 * Which promotions a cart gets. Pure: the same lines and promotions give the same choice, in whatever order the promotions come.
 *
 *     lines ──► exclusive promotions: at most one a line, the choice that takes the most off ──► combinable ones, on what is left
 *
 * 1. A simple promotion takes something off each of its lines, so each line takes the best by itself. Groups ("buy 2, get 1") share lines
 *    among them, so every set of groups is tried with the best simple promotions on the lines that it leaves.
 * 2. Where two choices take off the same, the promotions with the smaller ids win.
 * 3. A line's price never goes below zero.
 */
import type { Promotion } from '../documents/catalog-documents.ts'
import { scaleAmount, type QuantityUnit } from './money.ts'

export interface ActivePromotion extends Pick<
  Promotion,
  'percentOffBasisPoints' | 'amountOffMinor' | 'minimumQuantity' | 'buyQuantity' | 'getQuantity'
> {
  readonly id: string
  /** As on the receipt. */
  readonly name: string
  readonly skus: ReadonlySet<string>
  readonly isCombinable: boolean
}

export interface PromotionLine {
  readonly sku: string
  readonly quantity: number
  readonly unit: QuantityUnit
  readonly unitPriceMinor: number
  /** Price × quantity, or what other discounts have left of it. */
  readonly priceMinor: number
}

export interface PromotionShare {
  readonly promotion: ActivePromotion
  readonly amountMinor: number
}

export interface PromotionPlace {
  readonly storeId: string
  readonly currency: string
  readonly atMs: number
}

/** Every set of groups is tried, which is 2^n: more groups than this in one cart and only the best of them are. */
const maxGroupPromotions = 6
const gramsPerPriceUnit = 1000

/** Those that hold in a store at a time, by id. `validFrom` is within, `validTo` is not. */
export function activePromotions(promotions: Iterable<Promotion>, place: PromotionPlace): ActivePromotion[] {
  return [...promotions]
    .filter((promotion) => isActive(promotion, place))
    .map((promotion) => ({
      ...promotion,
      id: promotion._id,
      name: promotion.receiptName ?? promotion.name,
      skus: new Set(promotion.skus),
      isCombinable: promotion.combinable === true,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

function isActive(promotion: Promotion, { storeId, currency, atMs }: PromotionPlace): boolean {
  const isHere = promotion.storeIds === undefined || promotion.storeIds.includes(storeId)
  const fitsCurrency =
    promotion.amountOffMinor === undefined || promotion.currency === undefined || promotion.currency === currency
  return isHere && fitsCurrency && Date.parse(promotion.validFrom) <= atMs && atMs < Date.parse(promotion.validTo)
}

/** The next time after `atMs` at which a promotion begins or ends; undefined when none does. */
export function nextPromotionChangeMs(
  promotions: Iterable<Pick<Promotion, 'validFrom' | 'validTo'>>,
  atMs: number,
): number | undefined {
  const times = [...promotions].flatMap(({ validFrom, validTo }) => [Date.parse(validFrom), Date.parse(validTo)])
  const later = times.filter((time) => time > atMs)
  return later.length === 0 ? undefined : Math.min(...later)
}

/** What promotions take off each line, in the order of the lines. */
export function choosePromotions(
  lines: readonly PromotionLine[],
  promotions: readonly ActivePromotion[],
): PromotionShare[][] {
  const relevant = promotions
    .filter((promotion) => lines.some((line) => promotion.skus.has(line.sku)))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const exclusive = chooseExclusive(
    lines,
    relevant.filter((promotion) => !promotion.isCombinable),
  )
  const shares = exclusive.map((share) => (share === undefined ? [] : [share]))
  for (const promotion of relevant.filter(({ isCombinable }) => isCombinable)) {
    const left = lines.map((line, index) => ({ ...line, priceMinor: line.priceMinor - sumOf(shares[index] ?? []) }))
    offerOf(promotion, left, () => true).amounts.forEach((amountMinor, index) => {
      if (amountMinor > 0) shares[index]?.push({ promotion, amountMinor })
    })
  }
  return shares
}

type Choice = (PromotionShare | undefined)[]

function chooseExclusive(lines: readonly PromotionLine[], promotions: readonly ActivePromotion[]): Choice {
  const best = bestSimple(
    lines,
    promotions.filter((promotion) => !isGroup(promotion)),
  )
  const groups = worthiestGroups(lines, promotions.filter(isGroup))
  let chosen = best
  let mostMinor = totalOf(best)
  for (let set = 1; set < 2 ** groups.length; set += 1) {
    const choice = withGroups(
      lines,
      best,
      groups.filter((_, position) => (set & (1 << position)) !== 0),
    )
    const totalMinor = totalOf(choice)
    if (totalMinor > mostMinor) [chosen, mostMinor] = [choice, totalMinor]
  }
  return chosen
}

/** The best simple promotion of each line; the first of those that are equally good. */
function bestSimple(lines: readonly PromotionLine[], promotions: readonly ActivePromotion[]): Choice {
  const choice: Choice = lines.map(() => undefined)
  for (const promotion of promotions) {
    offerOf(promotion, lines, () => true).amounts.forEach((amountMinor, index) => {
      if (amountMinor > (choice[index]?.amountMinor ?? 0)) choice[index] = { promotion, amountMinor }
    })
  }
  return choice
}

function worthiestGroups(lines: readonly PromotionLine[], groups: readonly ActivePromotion[]): ActivePromotion[] {
  if (groups.length <= maxGroupPromotions) return [...groups]
  const worth = new Map(groups.map((group) => [group.id, sum(offerOf(group, lines, () => true).amounts)]))
  return groups
    .toSorted((a, b) => (worth.get(b.id) ?? 0) - (worth.get(a.id) ?? 0))
    .slice(0, maxGroupPromotions)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** These groups one after the other, each on the lines that the ones before have left, and the best simple ones on the rest. */
function withGroups(lines: readonly PromotionLine[], best: Choice, groups: readonly ActivePromotion[]): Choice {
  const choice = [...best]
  const taken = new Set<number>()
  for (const promotion of groups) {
    const offer = offerOf(promotion, lines, (index) => !taken.has(index))
    for (const index of offer.lines) {
      taken.add(index)
      const amountMinor = offer.amounts[index] ?? 0
      choice[index] = amountMinor > 0 ? { promotion, amountMinor } : undefined
    }
  }
  return choice
}

interface Offer {
  /** What comes off each line; 0 for those that the promotion doesn't touch. */
  readonly amounts: readonly number[]
  /** Positions of the lines that it makes use of, also of those that are only bought for it. */
  readonly lines: readonly number[]
}

function offerOf(
  promotion: ActivePromotion,
  lines: readonly PromotionLine[],
  isFree: (index: number) => boolean,
): Offer {
  const nothing: Offer = { amounts: lines.map(() => 0), lines: [] }
  const matching = lines.flatMap((line, index) => (promotion.skus.has(line.sku) ? [{ line, index }] : []))
  // The least quantity is of the cart: it is reached whatever else its lines get.
  if (sum(matching.map(({ line }) => line.quantity)) < (promotion.minimumQuantity ?? 1)) return nothing
  const free = matching.filter(({ line, index }) => line.priceMinor > 0 && isFree(index))
  const rewarded = isGroup(promotion)
    ? rewardGroups(promotion, free)
    : free.map((each) => ({ ...each, quantity: null }))
  const amounts = lines.map(() => 0)
  for (const { line, index, quantity } of rewarded) {
    const offMinor = quantity === null ? offLine(promotion, line) : offPieces(promotion, line.unitPriceMinor, quantity)
    amounts[index] = Math.min(offMinor, line.priceMinor)
  }
  return { amounts, lines: rewarded.map(({ index }) => index) }
}

function offLine(promotion: ActivePromotion, line: PromotionLine): number {
  if (promotion.amountOffMinor === undefined)
    return scaleAmount(line.priceMinor, promotion.percentOffBasisPoints, 10_000)
  return scaleAmount(promotion.amountOffMinor, line.quantity, line.unit === 'gram' ? gramsPerPriceUnit : 1)
}

function offPieces(promotion: ActivePromotion, unitPriceMinor: number, pieces: number): number {
  if (promotion.amountOffMinor !== undefined) return Math.min(promotion.amountOffMinor, unitPriceMinor) * pieces
  return scaleAmount(unitPriceMinor * pieces, promotion.percentOffBasisPoints, 10_000)
}

interface Placed {
  readonly line: PromotionLine
  readonly index: number
}

/**
 * Pieces from dear to cheap, in groups: the cheapest of each group are rewarded, which takes the most off. Lines with no piece in a
 * full group are left out.
 */
function rewardGroups(promotion: ActivePromotion, free: readonly Placed[]): (Placed & { quantity: number })[] {
  const { buyQuantity: buy = 0, getQuantity: get = 0 } = promotion
  const pieces = free
    .filter(({ line }) => line.unit === 'piece')
    .sort((a, b) => b.line.unitPriceMinor - a.line.unitPriceMinor || a.index - b.index)
  const size = buy + get
  const inGroups = Math.floor(sum(pieces.map(({ line }) => line.quantity)) / size) * size
  const rewardedBefore = (position: number) => {
    const bounded = Math.min(position, inGroups)
    return Math.floor(bounded / size) * get + Math.max(0, (bounded % size) - buy)
  }
  const rewarded: (Placed & { quantity: number })[] = []
  let position = 0
  for (const piece of pieces) {
    const end = position + piece.line.quantity
    if (position < inGroups) rewarded.push({ ...piece, quantity: rewardedBefore(end) - rewardedBefore(position) })
    position = end
  }
  return rewarded
}

function isGroup(promotion: ActivePromotion): boolean {
  return promotion.buyQuantity !== undefined && promotion.getQuantity !== undefined
}

function totalOf(choice: Choice): number {
  return sum(choice.map((share) => share?.amountMinor ?? 0))
}

function sumOf(shares: readonly PromotionShare[]): number {
  return sum(shares.map((share) => share.amountMinor))
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
