/** Documents at central, past the services: what a story of the till begins with, and what it must have left there. */
import { centralDatabaseOf, checkDocument, describeProblems, type JournalEntry, type Sale } from '@tidemark/contracts'
import type { System } from '@tidemark/demo'

type Fields = Readonly<Record<string, unknown>>

/** Puts a document of the catalogue, or changes fields of one that is there. Throws where it would be no valid document. */
export async function changeCatalogue(system: System, id: string, fields: Fields): Promise<void> {
  const known = ((await ask(system, `/catalog/${encodeURIComponent(id)}`)) ?? {}) as Fields
  const header = { schemaVersion: 1, storeId: 'hq', at: '2026-01-03T06:00:00.000Z-0000-hq' }
  const document = { ...header, by: { id: 'hq', role: 'head-office' }, ...known, _id: id, ...fields }
  const problems = checkDocument('catalog', document)
  if (problems.length > 0) throw new Error(`${id}: ${describeProblems(problems)}`)
  await ask(system, `/catalog/${encodeURIComponent(id)}`, document)
}

/** The sales of a till that have arrived, by number. */
export async function salesAtCentral(system: System, storeId: string, lane: number): Promise<Sale[]> {
  return (await entriesAtCentral(system, storeId, lane)).filter((entry) => entry.type === 'sale')
}

/** The journal of a till as far as it has arrived, by number. */
export async function entriesAtCentral(system: System, storeId: string, lane: number): Promise<JournalEntry[]> {
  const databases = (await ask(system, '/_all_dbs')) as string[]
  const prefix = centralDatabaseOf(storeId, 'sales-')
  const entries: JournalEntry[] = []
  for (const name of databases.filter((each) => each.startsWith(prefix))) {
    const { rows } = (await ask(system, `/${name}/_all_docs?include_docs=true`)) as { rows: { doc?: JournalEntry }[] }
    entries.push(...rows.flatMap(({ doc }) => (doc?._id.startsWith('journal:') === true ? [doc] : [])))
  }
  const terminalId = `${storeId}-t${String(lane).padStart(2, '0')}`
  return entries.filter((entry) => entry.terminalId === terminalId).sort((a, b) => a.number - b.number)
}

/** The body of an answer, undefined for 404; with a body it is a PUT. Throws for any other answer. */
async function ask(system: System, path: string, body?: Fields): Promise<unknown> {
  const { username, password, origin } = new URL(system.urls.central)
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const response = await fetch(new URL(path, origin), {
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'PUT', body: JSON.stringify(body) }),
  })
  if (response.status === 404) return undefined
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
