/** Reading CouchDB's changes feeds. Sequences are opaque here: they are compared for equality and handed back. */
import { Type, type Static } from 'typebox'
import type { CouchClient } from '../couch/couch-client.ts'
import { CouchError, DatabaseMissingError } from '../errors.ts'

/** CouchDB 3 answers a string; a stand-in may answer a number. */
export const Sequence = Type.Union([Type.String(), Type.Integer()])
export type Sequence = Static<typeof Sequence>

const Change = Type.Object({
  seq: Sequence,
  id: Type.String(),
  deleted: Type.Optional(Type.Boolean()),
  changes: Type.Array(Type.Object({ rev: Type.String() })),
  doc: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
})
export type Change = Static<typeof Change>

const Changes = Type.Object({ results: Type.Array(Change), last_seq: Sequence })
export type Changes = Static<typeof Changes>

const DatabaseInfo = Type.Object({ update_seq: Sequence })
const DatabaseInfos = Type.Array(
  Type.Object({ key: Type.String(), info: Type.Optional(Type.Union([DatabaseInfo, Type.Null()])) }),
)

/** CouchDB's own limit for one `_dbs_info`. */
const infosPerRequest = 100

/** Update sequences of databases; a database that has gone meanwhile is left out. */
export async function updateSequences(
  client: CouchClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, Sequence>> {
  const found = new Map<string, Sequence>()
  for (let start = 0; start < names.length; start += infosPerRequest) {
    const part = names.slice(start, start + infosPerRequest)
    for (const [name, sequence] of await manySequences(client, part)) found.set(name, sequence)
  }
  return found
}

async function manySequences(client: CouchClient, names: readonly string[]): Promise<[string, Sequence][]> {
  try {
    const infos = await client.request(DatabaseInfos, { method: 'POST', path: '_dbs_info', body: { keys: names } })
    return infos.flatMap(({ key, info }) => (info ? [[key, info.update_seq] as [string, Sequence]] : []))
  } catch (error) {
    // Not every server that speaks the protocol has _dbs_info.
    if (!(error instanceof CouchError) && !(error instanceof DatabaseMissingError)) throw error
  }
  const found: [string, Sequence][] = []
  for (const name of names) {
    try {
      const { update_seq } = await client.request(DatabaseInfo, { path: encodeURIComponent(name) })
      found.push([name, update_seq])
    } catch (error) {
      if (!(error instanceof DatabaseMissingError)) throw error
    }
  }
  return found
}

/** The next changes after a sequence, each with its winning document and the revisions of its other leaves. */
export function readChanges(client: CouchClient, name: string, since: Sequence, limit: number): Promise<Changes> {
  const query = { since, limit, include_docs: true, conflicts: true, style: 'all_docs' }
  return client.request(Changes, { path: `${encodeURIComponent(name)}/_changes`, query })
}
