/** Asks head office's services what they know, as any client would. */
import type { HubStatus, StoreInfo, JournalEntry } from '@tidemark/contracts'
import type { CollectedSpan, System } from '@tidemark/demo'

const answerTimeoutMs = 60_000

export interface Series {
  readonly incarnation: string
  readonly first: number
  readonly last: number
  readonly entries: number
  readonly missing: readonly unknown[]
  readonly faults: readonly unknown[]
}

export interface Receipt {
  readonly receipt: string
  readonly entry: JournalEntry & { readonly _id: string }
  readonly verification: { readonly schema: string; readonly hash: string; readonly chain: string }
  readonly traceId: string | null
}

export interface AuditChain {
  readonly verified: boolean
  readonly epochs: readonly {
    readonly epoch: string
    readonly entries: number
    readonly faults: readonly unknown[]
  }[]
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

interface AuditItem {
  readonly entry: { readonly event: { readonly documents?: readonly { readonly id: string }[] } }
}

/** The body of an answer; undefined for 404. Throws an Error with address, status and body for anything else. */
async function get(url: string, token?: string): Promise<unknown> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(answerTimeoutMs) })
  const text = await response.text()
  if (response.status === 404) return undefined
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text)
}

async function items<Item>(ask: (url: string) => Promise<unknown>, url: URL): Promise<Item[]> {
  const all: Item[] = []
  const page = new URL(url)
  for (;;) {
    const answer = (await ask(page.href)) as Page<Item> | undefined
    all.push(...(answer?.items ?? []))
    const cursor = answer?.nextCursor ?? null
    if (cursor === null) return all
    page.searchParams.set('cursor', cursor)
  }
}

/** As the demo manager. */
export function askHeadOffice({ urls, issuer }: Pick<System, 'urls' | 'issuer'>) {
  const ask = async (url: string) => get(url, (await issuer.managerToken()).token)
  const { sales, inventory, 'sync-log': syncLog } = urls.services
  return {
    /** Empty for a store of which the ledger has not heard. */
    series: (storeId: string) => items<Series>(ask, new URL(`${sales}/stores/${storeId}/series`)),
    receipt: async (number: string) => (await ask(`${sales}/receipts/${number}`)) as Receipt | undefined,
    /** Journal ids of a day's sales. */
    saleIds: async (storeId: string, date: string) => {
      const found = await items<{ readonly id: string }>(ask, new URL(`${sales}/stores/${storeId}/sales?date=${date}`))
      return found.map(({ id }) => id)
    },
    /** Undefined while the service knows nothing of it. */
    onHand: async (storeId: string, sku: string) => {
      const answer = (await ask(`${inventory}/stores/${storeId}/stock/${sku}`)) as { onHand: number } | undefined
      return answer?.onHand
    },
    auditChain: async (storeId: string) => (await ask(`${syncLog}/stores/${storeId}/chain`)) as AuditChain | undefined,
    /** Ids of the documents that the audit trail says the hub stored. */
    auditedDocuments: async (storeId: string) => {
      const found = await items<AuditItem>(ask, new URL(`${syncLog}/stores/${storeId}/entries?kind=documents-stored`))
      return new Set(found.flatMap((item) => item.entry.event.documents ?? []).map(({ id }) => id))
    },
    trace: async (traceId: string) => {
      const answer = (await get(`${urls.traces}/api/traces/${traceId}`)) as { spans: CollectedSpan[] } | undefined
      return answer?.spans ?? []
    },
  }
}

export async function hubStatus(hubUrl: string): Promise<HubStatus> {
  return (await get(`${hubUrl}/api/status`)) as HubStatus
}

export async function storeInfo(hubUrl: string): Promise<StoreInfo> {
  return (await get(`${hubUrl}/api/store`)) as StoreInfo
}

export type HeadOffice = ReturnType<typeof askHeadOffice>
