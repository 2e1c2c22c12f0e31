/** What head office has in its CouchDB, and an edit that somebody makes there. */
import { formatStamp } from '@tidemark/contracts'
import type { System } from '@tidemark/demo'

type Fields = Readonly<Record<string, unknown>>

export function centralDocuments({ urls }: Pick<System, 'urls'>) {
  const { username, password, origin } = new URL(urls.central)
  const authorization = `Basic ${Buffer.from(`${username}:${decodeURIComponent(password)}`).toString('base64')}`

  async function ask(path: string, init: RequestInit = {}): Promise<Fields | undefined> {
    const headers = { authorization, 'content-type': 'application/json' }
    const response = await fetch(`${origin}/${path}`, { ...init, headers, signal: AbortSignal.timeout(60_000) })
    if (response.status === 404) return undefined
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Fields
  }

  const read = (database: string, id: string): Promise<Fields | undefined> =>
    ask(`${database}/${encodeURIComponent(id)}?conflicts=true`)

  return {
    /** With `_conflicts` where revisions compete; undefined when it is not there. */
    read,
    /** Changes fields of a product as head office does, each with the time of the change. */
    async editProduct(sku: string, changed: Fields): Promise<void> {
      const id = `product:${sku}`
      const { _conflicts, ...present } = (await read('catalog', id)) ?? {}
      const at = formatStamp({ wallMs: Date.now(), counter: 0 }, 'hq')
      const times = Object.fromEntries(Object.keys(changed).map((name) => [name, at]))
      const by = { id: 'petra', role: 'head-office', name: 'Petra' }
      const fieldTimes = { ...(present['fieldTimes'] as Fields), ...times }
      const body = JSON.stringify({ ...present, ...changed, at, by, fieldTimes })
      await ask(`catalog/${encodeURIComponent(id)}`, { method: 'PUT', body })
    },
  }
}
