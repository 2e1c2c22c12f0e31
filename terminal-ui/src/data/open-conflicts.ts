/**
 * Conflicts that this till knows of: documents of the catalogue with several live revisions, which it sees by itself, and open cases
 * that came down from the conflict desk.
 *
 *     catalog    product:COF-1  ├─ 2-a   ──┐ the same leaves have the same case id, wherever they are seen
 *                               └─ 2-b     ├──► conflict:catalog:product:COF-1:5d1c…
 *     conflicts  the desk's case ──────────┘
 */
import {
  conflictIdOf,
  needsPerson,
  policyOfLeaves,
  rankLeaves,
  type ComparedLeaf,
  type Conflict,
  type ConflictPolicy,
} from '@tidemark/contracts'
import { readLeaves } from './leaves.ts'
import { isNotFound, type Database, type StoredDocument } from './pouch-types.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export interface OpenConflict {
  /** Of the case. */
  readonly id: string
  /** Name of the database, such as `catalog`. */
  readonly database: string
  readonly documentId: string
  readonly policy: ConflictPolicy
  /** The one that is shown meanwhile comes first. */
  readonly leaves: readonly ComparedLeaf[]
  /** The last body that they share, where it is known. */
  readonly base: ComparedLeaf | undefined
  /** HLC stamp since when it is known; that of the newest leaf when the desk has not written a case. */
  readonly since: string
  /** A manager of the store may decide it. */
  readonly canDecide: boolean
  /** False when a rule decides as soon as head office has both sides. */
  readonly needsPerson: boolean
}

const maxCases = 1000
const maxLeaves = 50

/** `conflicted` are documents of the catalogue that have several live revisions here. Newest first. */
export async function listOpenConflicts(
  databases: TerminalDatabases,
  conflicted: readonly string[],
): Promise<OpenConflict[]> {
  const cases = await readCases(databases)
  const seen = await Promise.all(conflicted.map((id) => conflictOfDocument(databases.catalog, id, cases)))
  const found = new Map(seen.flatMap((conflict) => (conflict === undefined ? [] : [[conflict.id, conflict] as const])))
  for (const conflict of cases.values()) {
    if (conflict.status !== 'open' || found.has(conflict._id)) continue
    if (await isOverHere(databases, conflict)) continue
    found.set(conflict._id, conflictOfCase(conflict))
  }
  return [...found.values()].sort((a, b) => (a.since < b.since ? 1 : -1))
}

/** Cases that a person decided, newest first. */
export async function listDecidedConflicts(databases: TerminalDatabases, limit: number): Promise<Conflict[]> {
  const cases = [...(await readCases(databases)).values()]
  return cases
    .filter(({ status, decision }) => status === 'resolved' && decision !== undefined && decision.kind !== 'rule')
    .sort((a, b) => ((a.decision?.at ?? '') < (b.decision?.at ?? '') ? 1 : -1))
    .slice(0, limit)
}

async function readCases(databases: TerminalDatabases): Promise<Map<string, Conflict>> {
  const { rows } = await databases
    .named('conflicts')
    .allDocs({ startkey: 'conflict:', endkey: 'conflict:\ufff0', limit: maxCases, include_docs: true })
  return new Map(rows.flatMap(({ doc }) => (doc ? [[doc._id, doc as unknown as Conflict] as const] : [])))
}

async function conflictOfDocument(
  catalog: Database,
  documentId: string,
  cases: ReadonlyMap<string, Conflict>,
): Promise<OpenConflict | undefined> {
  const leaves = await readLiveLeaves(catalog, documentId)
  if (leaves.length < 2) return undefined
  const revs = leaves.map(({ rev }) => rev)
  const id = conflictIdOf({ database: 'catalog', documentId }, revs)
  const known = cases.get(id)
  const base = (await readAncestor(catalog, documentId, leaves)) ?? known?.base
  const policy = policyOfLeaves(leaves.map(({ body }) => body))
  const newest =
    leaves
      .map(({ body }) => String(body['at']))
      .sort()
      .at(-1) ?? ''
  return {
    id,
    database: 'catalog',
    documentId,
    policy,
    leaves,
    base,
    since: known?.at ?? newest,
    canDecide: documentId.startsWith('product:') && leaves.length <= maxLeaves && policy === 'field-merge',
    needsPerson: needsPerson(
      leaves[0]?.body['type'],
      leaves.map(({ body }) => body),
      base?.body,
    ),
  }
}

function conflictOfCase(conflict: Conflict): OpenConflict {
  const { _id: id, database, documentId, policy, leaves, base, at: since } = conflict
  const canDecide = database === 'catalog' && documentId.startsWith('product:') && policy === 'field-merge'
  return {
    id,
    database,
    documentId,
    policy,
    leaves: rankLeaves(leaves),
    base,
    since,
    canDecide,
    needsPerson: true,
  }
}

/** The document is here with one revision, and none of the case's: what was decided has come, and the case will be closed. */
async function isOverHere(databases: TerminalDatabases, { database, documentId, leaves }: Conflict): Promise<boolean> {
  if (database !== 'catalog') return false
  const here = await readLiveLeaves(databases.catalog, documentId)
  return here.length === 1 && !leaves.some(({ rev }) => rev === here[0]?.rev)
}

/** Every live revision with its body, without replication fields but the id; the one that is shown first. */
export async function readLiveLeaves(database: Database, documentId: string): Promise<readonly ComparedLeaf[]> {
  const leaves = await readLeaves(database, documentId)
  return rankLeaves(leaves.filter((leaf) => leaf['_deleted'] !== true).map(comparedLeaf))
}

function comparedLeaf({ _rev: rev, _revisions, _conflicts, ...body }: StoredDocument): ComparedLeaf {
  return { rev, body }
}

async function readAncestor(
  database: Database,
  documentId: string,
  live: readonly ComparedLeaf[],
): Promise<ComparedLeaf | undefined> {
  const revs = new Set(live.map(({ rev }) => rev))
  const histories = (await readLeaves(database, documentId)).filter(({ _rev }) => revs.has(_rev)).map(historyOf)
  const [first = [], ...others] = histories
  const shared = first.find((rev) => others.every((other) => other.includes(rev)))
  if (shared === undefined) return undefined
  try {
    return comparedLeaf(await database.get(documentId, { rev: shared }))
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** The revision and those before it, newest first. */
function historyOf({ _revisions }: StoredDocument): string[] {
  const { start, ids } = _revisions as { readonly start: number; readonly ids: readonly string[] }
  return ids.map((hash, back) => `${start - back}-${hash}`)
}
