import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PouchDatabase } from '../pouchdb/index.ts'
import type { RunningServer } from './testing/running-server.ts'
import { readLeaves, startServer } from './testing/running-server.ts'

const SERVERS = 3
let servers: RunningServer[]
let rounds = 0
beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: SERVERS }, () => startServer()))
})
afterAll(() => Promise.all(servers.map((server) => server.close())))

/** Who replicates to whom; repeated until nothing new arrives anywhere. */
const topologies: [string, [from: number, to: number][]][] = [
  [
    'ring',
    [
      [0, 1],
      [1, 2],
      [2, 0],
    ],
  ],
  [
    'star',
    [
      [1, 0],
      [2, 0],
      [0, 1],
      [0, 2],
    ],
  ],
  [
    'mesh',
    [
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 1],
      [0, 2],
      [2, 0],
    ],
  ],
]

type Step =
  | { readonly kind: 'edit' | 'remove'; readonly at: number; readonly id: string; readonly leaf: number }
  | { readonly kind: 'replicate'; readonly link: number }

const at = fc.nat(SERVERS - 1)
const id = fc.constantFrom('a', 'b', 'ü/日', '_design/d')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('edit', 'edit', 'remove'), at, id, leaf: fc.nat(2) }),
  fc.record({ kind: fc.constant('replicate'), link: fc.nat(5) }),
)

/** Edits one leaf of a document, the winner or a conflict, or begins the document. */
async function apply(database: PouchDatabase, step: Extract<Step, { at: number }>, n: number): Promise<void> {
  const found = await database.get(step.id, { conflicts: true }).catch(() => undefined)
  const leaves = found === undefined ? [] : [found._rev ?? '', ...(found._conflicts ?? [])]
  const rev = leaves[step.leaf % Math.max(1, leaves.length)]
  if (rev === undefined && step.kind === 'remove') return
  const base = rev === undefined ? {} : { _rev: rev }
  const [result] = await database.bulkDocs([{ _id: step.id, ...base, n, _deleted: step.kind === 'remove' }])
  expect(result?.ok).toBe(true)
}

async function describeDatabase(database: PouchDatabase): Promise<unknown> {
  const leaves = await readLeaves(database)
  const { rows } = await database.allDocs({ include_docs: true, conflicts: true })
  return { leaves, winners: rows.map(({ id: name, doc }) => ({ name, doc })) }
}

test.each(topologies)(
  'in a %s, whatever is written where, all come to the same leaves and winners',
  async (_, links) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
        const name = `topology${(rounds += 1)}`
        await Promise.all(servers.map((server) => server.store.create(name)))
        const databases = servers.map((server) => server.remote(name))
        const run = async ([from, to]: [number, number]): Promise<number> => {
          const [source, target] = [databases[from], databases[to]]
          if (source === undefined || target === undefined) throw new Error('a link names a server that is not there')
          return (await source.replicate.to(target)).docs_written
        }
        for (const [n, each] of steps.entries()) {
          if (each.kind === 'replicate') await run(links[each.link % links.length] ?? [0, 1])
          else await apply(databases[each.at] as PouchDatabase, each, n)
        }
        for (let written = 1; written > 0;) {
          written = 0
          for (const link of links) written += await run(link)
        }
        const [first, ...others] = await Promise.all(databases.map(describeDatabase))
        for (const other of others) expect(other).toEqual(first)
        await Promise.all(servers.map((server) => server.store.destroy(name)))
      }),
      { numRuns: 6 },
    )
  },
)
