/** A manager's edit of a product in a store, by the hub's sync API: what a till does that is no browser. */
import { randomUUID } from 'node:crypto'
import type { Product } from '@tidemark/contracts'
import type { System } from '@tidemark/demo'
import { eventually } from './eventually.ts'
import type { LaneClient } from './lane-client.ts'

const answerTimeoutMs = 30_000
/** The demo's manager; head office's catalogue knows her. */
const managerId = 'aoife'

interface ProductEdit {
  readonly hubUrl: string
  readonly lane: Pick<LaneClient, 'authorization'>
  readonly sku: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Throws when the hub did not take it. */
async function editProduct({ hubUrl, lane, sku, fields }: ProductEdit): Promise<void> {
  const headers = { ...lane.authorization, 'content-type': 'application/json' }
  const entityId = `product:${sku}`
  const signal = AbortSignal.timeout(answerTimeoutMs)
  const found = await fetch(`${hubUrl}/db/catalog/${encodeURIComponent(entityId)}`, { headers, signal })
  const { _rev: baseRev } = (await found.json()) as { readonly _rev: string }
  const by = { id: managerId, role: 'manager' }
  const timestamp = new Date().toISOString()
  const operation = { id: randomUUID(), entityType: 'product', entityId, action: 'update', timestamp, baseRev }
  const body = JSON.stringify({ operations: [{ ...operation, data: { ...fields, by } }] })
  const answer = await fetch(`${hubUrl}/api/sync/push`, { method: 'POST', headers, body, signal })
  const text = await answer.text()
  const { results } = JSON.parse(text) as { readonly results?: readonly { readonly status: string }[] }
  if (results?.[0]?.status !== 'synced') throw new Error(`the edit of ${entityId} came to ${text.slice(0, 500)}`)
}

/** Each store changes the products in its own way, by its lane, while neither can know of the other: the lines are cut meanwhile. */
export async function editApart(
  system: Pick<System, 'stores' | 'cutWan' | 'restoreWan'>,
  lanes: readonly Pick<LaneClient, 'authorization'>[],
  edits: readonly (readonly [Pick<Product, 'sku'>, readonly Readonly<Record<string, unknown>>[]])[],
): Promise<void> {
  for (const { storeId } of system.stores) system.cutWan(storeId)
  for (const [{ sku }, fieldsOfStores] of edits) {
    for (const [index, fields] of fieldsOfStores.entries()) {
      const [store, lane] = [system.stores[index], lanes[index]]
      if (store === undefined || lane === undefined) throw new RangeError(`no store ${index}`)
      const edit = { hubUrl: store.hubUrl, lane, sku, fields }
      // An edit that was taken and not answered is the same edit again.
      await eventually(`the hub of ${store.storeId} takes an edit`, () => editProduct(edit))
    }
  }
  for (const { storeId } of system.stores) system.restoreWan(storeId)
}
