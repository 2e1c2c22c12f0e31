import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningServer } from './testing/running-server.ts'
import { startServer } from './testing/running-server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
  await server.store.create('any')
})
afterAll(() => server.close())

// Few ids and hashes, so that histories meet, fork and contradict each other.
const hash = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', '')
const revision = fc.tuple(fc.integer({ min: 0, max: 4 }), hash).map(([position, name]) => `${position}-${name}`)
const history = fc.record({ start: fc.integer({ min: 0, max: 4 }), ids: fc.array(hash, { maxLength: 4 }) })
const anything = fc.jsonValue({ maxDepth: 2 })
const document = fc.oneof(
  { weight: 1, arbitrary: anything },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        _id: fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom('x', 'y', 'constructor', '_design/z', '_local/w') },
          anything,
        ),
        _rev: fc.oneof({ weight: 9, arbitrary: revision }, anything),
        _revisions: fc.oneof({ weight: 9, arbitrary: history }, anything),
        _deleted: fc.oneof({ weight: 9, arbitrary: fc.boolean() }, anything),
        _rev_tree: anything,
        _conflicts: anything,
        _attachments: anything,
        n: anything,
      },
      { requiredKeys: ['_id'] },
    ),
  },
)

test('whatever is sent as documents, each is stored or refused by itself, and the server goes on', async () => {
  const batch = fc.record({ new_edits: fc.boolean(), docs: fc.array(document, { maxLength: 8 }) })
  await fc.assert(
    fc.asyncProperty(batch, revision, async (sent, rev) => {
      const answer = await server.ask('POST', '/any/_bulk_docs', sent)
      if (answer.status === 201) {
        const errors = (answer.body as unknown as { error?: string }[]).flatMap(({ error }) => error ?? [])
        expect(errors.filter((error) => !['forbidden', 'conflict', 'not_found'].includes(error))).toEqual([])
      } else expect(answer).toMatchObject({ status: 400, body: { reason: expect.any(String) as string } })
      for (const query of [`?rev=${rev}&latest=true`, '?open_revs=all&revs=true', '?meta=true', '']) {
        expect([200, 400, 404]).toContain((await server.ask('GET', `/any/x${query}`)).status)
      }
    }),
    { numRuns: 150 },
  )
  const { body } = await server.ask('GET', '/any/_changes?style=all_docs&include_docs=true&conflicts=true')
  expect(Array.isArray(body['results'])).toBe(true)
})
