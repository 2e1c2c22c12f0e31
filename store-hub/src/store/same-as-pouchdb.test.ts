// The same random histories, driven into this engine and into PouchDB's memory adapter: both must end with the same
// documents, whatever was edited, deleted, branched and replicated, and in which order.
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DocumentDatabase, DocumentWrite, RevisionHistory } from './document-database.ts'
import { openDocumentDatabase, type OpenDocumentDatabase } from './open-document-database.ts'
import { openMemoryPouch, type MemoryPouch } from './testing/memory-pouch.js'
import { verifyFile } from './verify-file.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'history-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

interface Replica {
  readonly own: OpenDocumentDatabase
  readonly pouch: MemoryPouch
  readonly file: string
  readonly revsLimit: number
}

const which = fc.nat({ max: 1 })
const id = fc.constantFrom('a', 'b', 'é')
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('edit'), which, id, leaf: fc.nat({ max: 4 }), deleted: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stale-edit'), which, id }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('branch'),
      which,
      id,
      // a way from the root of one shared tree: two of them have the same ancestors as far as they agree
      way: fc.array(fc.constantFrom('x', 'y'), { minLength: 1, maxLength: 6 }),
      known: fc.integer({ min: 1, max: 6 }),
      deleted: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('replicate'), which, isReversed: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact'), which }) },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

test('any history gives the same winners, leaves, revisions, bodies and changes as in PouchDB', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(1000, 3, 2, 1),
      async (steps, revsLimit) => {
        runs += 1
        const replicas = await Promise.all([0, 1].map((index) => openReplica(`${runs}-${index}`, revsLimit)))
        try {
          for (const [index, each] of steps.entries()) await take(each, replicas, index)
          for (const replica of replicas) await expectSame(replica)
        } finally {
          await Promise.all(replicas.flatMap(({ own, pouch }) => [own.close(), pouch.destroy()]))
        }
      },
    ),
    { numRuns: 150 },
  )
})

async function openReplica(name: string, revsLimit: number): Promise<Replica> {
  const file = path.join(directory, name)
  const own = openDocumentDatabase({ file, name, durable: false })
  await own.setRevsLimit(revsLimit)
  return { own, pouch: openMemoryPouch(randomUUID(), revsLimit), file, revsLimit }
}

async function take(step: Step, replicas: readonly Replica[], index: number): Promise<void> {
  const replica = replicas[step.which]
  const other = replicas[1 - step.which]
  if (replica === undefined || other === undefined) throw new Error('There are two replicas')
  if (step.kind === 'edit') await edit(replica, step, index)
  else if (step.kind === 'stale-edit') await editStale(replica, step.id)
  else if (step.kind === 'branch') await branch(replica, step)
  else if (step.kind === 'replicate') await replicate(replica, other, step.isReversed)
  else await replica.own.compact()
}

/** An edit by this engine; PouchDB gets the revision that came of it. */
async function edit({ own, pouch }: Replica, step: Step, index: number): Promise<void> {
  if (!('leaf' in step)) return
  const leaves = own.head(step.id)?.leaves ?? []
  const leaf = leaves[step.leaf % Math.max(1, leaves.length)]
  // without a revision: a new document, or a new life of a deleted one
  const rev = leaf?.rev === leaves[0]?.rev && leaf?.deleted === true ? undefined : leaf?.rev
  const deleted = step.deleted && leaf !== undefined && !leaf.deleted
  const body = JSON.stringify({ edit: index })
  const write: DocumentWrite = { kind: 'edit', id: step.id, deleted, body, ...(rev === undefined ? {} : { rev }) }
  const [result] = await own.write([write])
  if (result?.kind !== 'stored') throw new Error(`An edit of a leaf was refused: ${JSON.stringify(write)}`)
  const known = own.history(step.id, result.rev)
  if (known === undefined) throw new Error('A new revision has no history')
  // An edit names its parent, also where the limit keeps no parents.
  const ids = known.ids.length > 1 || leaf === undefined ? known.ids : [...known.ids, leaf.rev.split('-')[1] ?? '']
  const revisions = { start: known.start, ids }
  await graft(pouch, { kind: 'replicated', id: step.id, revisions, deleted, body })
}

/** An edit of what is no leaf is refused by both. */
async function editStale({ own, pouch, revsLimit }: Replica, id: string): Promise<void> {
  const rev = '1-00000000000000000000000000000000'
  expect(await own.write([{ kind: 'edit', id, rev, deleted: false, body: '{}' }])).toMatchObject([{ kind: 'conflict' }])
  // CouchDB refuses it always. PouchDB looks for the parent in what it has stemmed already, so it notices nothing where
  // one revision is kept; and it lets a deleted document live again on top of any revision.
  if (revsLimit > 1 && own.head(id)?.deleted !== true)
    await expect(pouch.put({ _id: id, _rev: rev })).rejects.toMatchObject({ status: 409 })
}

async function branch({ own, pouch }: Replica, step: Step): Promise<void> {
  if (!('way' in step)) return
  const ids = step.way.map((_, index) => digest(step.way.slice(0, index + 1).join(''))).toReversed()
  const write: DocumentWrite = {
    kind: 'replicated',
    id: step.id,
    revisions: { start: ids.length, ids: ids.slice(0, step.known) },
    // one revision is a deletion everywhere or nowhere
    deleted: step.way.at(-1) === 'y' && step.way.length % 3 === 0,
    body: JSON.stringify({ way: step.way }),
  }
  await own.write([write])
  await graft(pouch, write)
}

/** As a replicator does it: every leaf that the other side doesn't know, with its history. */
async function replicate(from: Replica, to: Replica, isReversed: boolean): Promise<void> {
  const writes = from.own.changes({ limit: 1000 }).flatMap(({ id, leaves }) =>
    leaves
      .filter(({ rev }) => to.own.history(id, rev) === undefined)
      .map(({ rev, deleted }): DocumentWrite & { kind: 'replicated' } => {
        const revisions = from.own.history(id, rev)
        const body = from.own.read(id, rev)?.body
        if (revisions === undefined || body === undefined) throw new Error(`The leaf ${rev} of '${id}' is not whole`)
        return { kind: 'replicated', id, revisions, deleted, body }
      }),
  )
  const inOrder = isReversed ? writes.toReversed() : writes
  await to.own.write(inOrder)
  for (const write of inOrder) await graft(to.pouch, write)
}

async function graft(pouch: MemoryPouch, write: DocumentWrite & { kind: 'replicated' }): Promise<void> {
  const { start, ids } = write.revisions
  const failed = await pouch.bulkDocs(
    [
      {
        ...(JSON.parse(write.body) as object),
        _id: write.id,
        _rev: `${start}-${ids[0]}`,
        _revisions: { start, ids: [...ids] },
        ...(write.deleted ? { _deleted: true } : {}),
      },
    ],
    { new_edits: false },
  )
  expect(failed).toEqual([])
}

async function expectSame({ own, pouch, file }: Replica): Promise<void> {
  const ownChanges = own.changes({ limit: 1000 })
  const pouchChanges = (await pouch.changes({ since: 0, style: 'all_docs' })).results
  expect(ownChanges.map(({ id, leaves }) => ({ id, revs: leaves.map(({ rev }) => rev).sort() }))).toEqual(
    pouchChanges.map(({ id, changes }) => ({ id, revs: changes.map(({ rev }) => rev).sort() })),
  )
  const ids = ownChanges.map(({ id }) => id)
  const { rows } = await pouch.allDocs({ keys: ids })
  expect(ownChanges.map(({ rev, deleted }) => ({ rev, deleted }))).toEqual(
    rows.map(({ value }) => ({ rev: value?.rev, deleted: value?.deleted === true })),
  )
  for (const id of ids) expect(leavesOf(own, id)).toEqual(await pouchLeavesOf(pouch, id))
  expect(verifiedProblems(file)).toEqual([])
}

interface ComparedLeaf {
  readonly rev: string
  readonly deleted: boolean
  readonly revisions: RevisionHistory | undefined
  readonly body: unknown
}

function leavesOf(own: DocumentDatabase, id: string): ComparedLeaf[] {
  const leaves = own.head(id)?.leaves ?? []
  return leaves
    .map(({ rev, deleted }) => ({
      rev,
      deleted,
      revisions: own.history(id, rev),
      body: JSON.parse(own.read(id, rev)?.body ?? 'null') as unknown,
    }))
    .sort(byRev)
}

async function pouchLeavesOf(pouch: MemoryPouch, id: string): Promise<ComparedLeaf[]> {
  const leaves = await pouch.get(id, { open_revs: 'all', revs: true })
  return leaves
    .map(({ ok: { _id, _rev, _deleted, _revisions, ...body } }) => ({
      rev: _rev,
      deleted: _deleted === true,
      revisions: _revisions,
      body,
    }))
    .sort(byRev)
}

const byRev = (a: ComparedLeaf, b: ComparedLeaf): number => (a.rev < b.rev ? -1 : 1)
const digest = (text: string): string => createHash('md5').update(text).digest('hex')

function verifiedProblems(file: string): unknown {
  const connection = new DatabaseSync(file, { readOnly: true })
  try {
    return verifyFile(connection).problems
  } finally {
    connection.close()
  }
}
