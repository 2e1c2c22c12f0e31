import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PouchDB } from '../../pouchdb/index.ts'
import { buildNotesServer } from './notes-server.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'notes-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test("an application of one's own serves PouchDB by its own rules, and finds its notes again", async () => {
  const tokens = { 'token-of-ada': 'ada' }
  const app = await buildNotesServer(directory, tokens)
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/db/notes`
  const notes = new PouchDB(url, { skip_setup: true, headers: { authorization: 'Bearer token-of-ada' } })
  const results = await notes.bulkDocs([
    { _id: 'mine', author: 'ada' },
    { _id: 'hers', author: 'grace' },
  ])
  expect(results).toMatchObject([
    { ok: true },
    { name: 'forbidden', reason: expect.stringMatching(/^author/) as string },
  ])
  expect((await fetch(url)).status).toBe(401)
  await app.close()

  const again = await buildNotesServer(directory, tokens)
  expect((await again.inject('/api/notes')).json()).toEqual({ count: 1 })
  await again.close()
})
