/**
 * Taking in what changes stock. Every step may be repeated, so a batch that was cut off anywhere is simply taken in again.
 * An effect is written before its counterpart is looked for, on both sides, so whichever of a void and its sale is written
 * second sees the first.
 */
import type { FastifyBaseLogger } from 'fastify'
import { parseJournalId } from '@tidemark/contracts'
import {
  authoredBody,
  idOf,
  type HandleBatch,
  type NewDocument,
  type Outcome,
  type SourceDocument,
} from '@tidemark/service-kit'
import { effectId, effectOf, type StockEffect } from '../domain/derive-effect.ts'
import { mergeVoid, mergeVoided } from '../domain/merge-void.ts'
import type { Touch } from '../stores/balance-marks-store.ts'
import type { Stock } from '../stores/stock-store.ts'

export interface StockHandlerParts {
  readonly stock: Stock
  readonly logger: FastifyBaseLogger
  readonly countAlarms: (increment: number, attributes?: Record<string, string>) => void
  readonly now: () => Date
}

interface Item {
  readonly source: SourceDocument
  readonly effect: StockEffect | undefined
}

export function createStockHandler(parts: StockHandlerParts): HandleBatch {
  const { stock, logger, countAlarms, now } = parts

  return async (batch) => {
    const items = batch.map((source) => ({ source, effect: source.deleted ? undefined : effectOf(source, now()) }))
    const outcomes = new Map<Item, Outcome>()
    for (const item of items) if (item.source.deleted) outcomes.set(item, deletion)
    const contradicting = await recordEffects(items, outcomes)
    // A body that does not stand voids nothing.
    const standing = items.filter((item) => outcomes.get(item)?.kind === 'done' && !contradicting.has(item))
    const voidedIds = await connectVoids(standing)
    // Of repeated documents too: whoever recorded one first may have died before it came to this.
    await stock.touch([...standing.flatMap(({ effect }) => touchesOf(effect)), ...(await touchesOfVoids(voidedIds))])
    // What is left has nothing to do with stock, such as the opening of a shift.
    return items.map((item) => outcomes.get(item) ?? { kind: 'done', fresh: false })
  }

  /** Answers the items whose id is taken by another body. */
  async function recordEffects(items: readonly Item[], outcomes: Map<Item, Outcome>): Promise<ReadonlySet<Item>> {
    const reconciled = items.filter(({ source }) => source.source === 'reconciliation')
    // What reconciliation brings is mostly known; asking first is cheaper than a refused write.
    const known = new Map(await stock.effects(effectIdsOf(reconciled)))
    const fresh = items.flatMap((item) =>
      item.effect !== undefined && !known.has(item.effect._id) ? [{ item, effect: item.effect }] : [],
    )
    const written = await stock.insert(fresh.map(({ effect }) => effect))
    for (const [index, result] of written.entries()) {
      const item = fresh[index]?.item
      if (item === undefined || result.kind === 'exists') continue
      outcomes.set(
        item,
        result.kind === 'stored' ? { kind: 'done', fresh: true } : { kind: 'retry', reason: result.reason },
      )
    }
    const repeated = items.filter((item) => item.effect !== undefined && !outcomes.has(item))
    for (const [id, effect] of await stock.effects(effectIdsOf(repeated))) known.set(id, effect)
    const contradicting = repeated.filter(({ effect }) => effect && isOther(effect, known.get(effect._id)))
    await raiseAlarms(contradicting)
    for (const item of repeated) outcomes.set(item, { kind: 'done', fresh: false })
    return new Set(contradicting)
  }

  /** The same id with other content: the first stands, the second is kept as evidence. */
  async function raiseAlarms(items: readonly Item[]): Promise<void> {
    const alarms = items.map(({ source, effect }) => alarmOf(source, effect?.contentHash ?? '', now()))
    const written = await stock.insert(alarms)
    for (const [index, result] of written.entries()) {
      const alarm = alarms[index]
      if (alarm === undefined || result.kind === 'exists') continue
      if (result.kind === 'failed') throw new Error(`${alarm._id} could not be kept: ${result.reason}`)
      countAlarms(1, { kind: 'second-body' })
      logger.error({ alarm: alarm._id }, 'integrity alarm')
    }
  }

  /** The entries that voids take back, of those in hand. */
  async function connectVoids(items: readonly Item[]): Promise<readonly string[]> {
    /** Voided entries by the id of their effect. */
    const voided = new Map<string, string>()
    for (const item of items) {
      const voidedId = voidedIdOf(item.source)
      if (voidedId === undefined) continue
      const mark = { id: idOf(item.source), at: String(item.source.document['at']) }
      await stock.updateVoid(voidedId, (existing) => mergeVoid(existing, mark))
      voided.set(effectId(item.source.storeId, voidedId), voidedId)
    }
    const sources = items.flatMap(({ effect }) => (effect?.type === 'stock-effect' ? [effect] : []))
    const awaited = new Set(await stock.voidedAmong(sources.map(({ sourceId }) => sourceId)))
    for (const { _id, sourceId } of sources) if (awaited.has(sourceId)) voided.set(_id, sourceId)
    // The recorded effect counts, not the one in hand: when they differ, the first one stands.
    for (const [id, effect] of await stock.effects([...voided.keys()])) {
      const voidedId = voided.get(id)
      if (effect.type === 'stock-effect' && voidedId !== undefined) {
        await stock.updateVoid(voidedId, (existing) => mergeVoided(existing, effect))
      }
    }
    return [...voided.values()]
  }

  async function touchesOfVoids(voidedIds: readonly string[]): Promise<readonly Touch[]> {
    if (voidedIds.length === 0) return []
    return (await stock.voidEffects(voidedIds)).flatMap(({ reversal, voids }) => {
      const at = voids[0]?.at
      if (reversal === null || at === undefined) return []
      return reversal.lines.map(({ sku }) => ({ storeId: reversal.storeId, sku, at }))
    })
  }
}

function touchesOf(effect: StockEffect | undefined): readonly Touch[] {
  if (effect === undefined) return []
  const { storeId, at } = effect
  const skus = effect.type === 'count-effect' ? [effect.sku] : effect.lines.map(({ sku }) => sku)
  return skus.map((sku) => ({ storeId, sku, at }))
}

const deletion: Outcome = { kind: 'reject', reason: 'the document is immutable and was deleted; its effect stays' }

function effectIdsOf(items: readonly Item[]): string[] {
  return items.flatMap(({ effect }) => (effect === undefined ? [] : [effect._id]))
}

function isOther(effect: StockEffect, first: StockEffect | undefined): boolean {
  return first !== undefined && first.contentHash !== effect.contentHash
}

function alarmOf(source: SourceDocument, contentHash: string, now: Date): NewDocument {
  const { _id, ...body } = authoredBody(source.document)
  return {
    _id: `alarm:second-body:${source.storeId}:${idOf(source)}:${contentHash}`,
    type: 'alarm',
    kind: 'second-body',
    storeId: source.storeId,
    sourceId: _id,
    raisedAt: now.toISOString(),
    document: body,
  }
}

/** The entry that a void takes back. A void of another store's entry has no effect; the ledger raises the alarm. */
function voidedIdOf({ deleted, document }: SourceDocument): string | undefined {
  const voidOf = document['voidOf']
  if (deleted || document['type'] !== 'void' || typeof voidOf !== 'string') return undefined
  return parseJournalId(voidOf)?.storeId === document['storeId'] ? voidOf : undefined
}
