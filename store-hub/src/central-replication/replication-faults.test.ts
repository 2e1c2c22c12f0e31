import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { eventually } from '../testing/index.ts'
import { database, isBulk, documentsOf, push, useReplication } from './testing/replication-system.ts'

const { system, start, reopen, put, putMany, ask, remoteLeaves, isPushed, converged, bulks, failWrites } =
  useReplication()

describe('replication with a central that refuses, or a line that breaks', () => {
  it('cuts a batch that is too large into halves, and finds the one document that central never takes', async () => {
    await putMany(40)
    await put('huge', { text: 'x'.repeat(5000) })
    system.proxy.onRequest((request) =>
      isBulk(request) && request.bodyText.length > 4000 ? { kind: 'answer', status: 413 } : undefined,
    )
    const replication = start()
    await eventually('the rest is at central', async () => (await remoteLeaves()).size === 40)
    await eventually('the refusal is recorded', async () => system.recorded.length > 0)
    expect(system.recorded[0]).toMatchObject({ id: 'huge', rev: system.local.head('huge')?.rev })
    await eventually('only it is behind', async () => push(replication)?.lagDocuments === 1)
    system.proxy.onRequest(() => undefined)
    await eventually('it is at central once it is taken', isPushed)
    await eventually('nothing is behind', async () => push(replication)?.lagDocuments === 0)
  })

  it('records what central forbids with its reason, and still has it on its list after a restart', async () => {
    await putMany(3)
    let isForbidden = true
    const refusal = { id: 'doc-00001', error: 'forbidden', reason: 'not today' }
    system.proxy.onRequest((request) => {
      if (!isForbidden || !isBulk(request) || !documentsOf(request).some(({ _id }) => _id === refusal.id))
        return undefined
      const others = documentsOf(request).filter(({ _id }) => _id !== refusal.id)
      void ask('/_bulk_docs', { method: 'POST', body: JSON.stringify({ new_edits: false, docs: others }) })
      return {
        kind: 'answer',
        status: 201,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([refusal]),
      }
    })
    const first = start()
    await eventually('one is behind', async () => push(first)?.lagDocuments === 1 && system.recorded.length > 0)
    expect(system.recorded[0]).toEqual({ id: refusal.id, rev: system.local.head(refusal.id)?.rev, reason: 'not today' })
    await first.stop()
    isForbidden = false
    const second = start()
    await eventually('it is at central', isPushed)
    await eventually('nothing is behind', async () => push(second)?.lagDocuments === 0)
    expect(system.accepted).toEqual([refusal.id])
  })

  it('does not pass a refused document that could not be put on record', async () => {
    await putMany(3)
    system.proxy.onRequest((request) => (isBulk(request) ? { kind: 'answer', status: 413 } : undefined))
    system.isDeskFull = true
    const replication = start()
    await eventually('it says why', async () => push(replication)?.lastError?.includes('no room'))
    expect(push(replication)?.lagDocuments).toBe(3)
    system.isDeskFull = false
    // They are offered again with every look, and recorded as the same.
    await eventually('they are on record', async () => system.recorded.length >= 3)
    expect(system.local.readLocal('_local/central-push')?.body).toContain('doc-00001')
  })

  it('puts what the disk has damaged on record, and brings what follows it to central', async () => {
    await putMany(3)
    await system.store.close()
    const file = new DatabaseSync(path.join(system.directory, 'hub', 'databases', `${database}.sqlite`))
    file.exec("UPDATE body SET text = replace(text, '1', '7') WHERE text LIKE '%\"index\":1%'")
    file.close()
    await reopen('hub')
    const replication = start()
    await eventually('the rest is at central', async () => (await remoteLeaves()).size === 2)
    await eventually('it is on record', async () => system.recorded.some(({ id }) => id === 'doc-00001'))
    expect(system.recorded[0]?.reason).toContain('damaged')
    await eventually('only it is behind', async () => push(replication)?.lagDocuments === 1)
  })

  it('does not pass a batch that central could not write, whatever its status was', async () => {
    await putMany(3)
    failWrites({
      kind: 'answer',
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: '[{"id":"doc-00001","error":"internal_server_error","reason":"disk"}]',
    })
    const replication = start()
    await eventually('it says why', async () => push(replication)?.lastError?.includes('disk'))
    expect(push(replication)?.lagDocuments).toBe(3)
    await eventually('all is at central after all', isPushed)
    expect(system.recorded).toEqual([])
  })

  it('sends what only some of a cluster have taken again until a quorum has it, and new sales meanwhile', async () => {
    await putMany(3)
    let isHalfThere = true
    system.proxy.onRequest((request) => (isBulk(request) && isHalfThere ? { kind: 'restamp', status: 202 } : undefined))
    const replication = start()
    await eventually('they are sent', isPushed)
    await eventually('it says why', async () => push(replication)?.lastError?.includes('202'))
    expect(push(replication)?.lagDocuments).toBe(3)
    await put('new')
    await eventually('the new one is sent too', isPushed)
    expect(push(replication)?.lagDocuments).toBe(4)
    // Not even a restart takes the word of one copy for it.
    await replication.stop()
    isHalfThere = false
    const before = bulks().length
    const again = start()
    await eventually('a quorum has all', async () => push(again)?.lagDocuments === 0)
    // What was on its way when it was stopped may arrive as well.
    const sent = bulks().slice(before).flatMap(documentsOf)
    expect(new Set(sent.map(({ _id }) => _id))).toEqual(new Set(['doc-00000', 'doc-00001', 'doc-00002', 'new']))
  })

  it('asks what has arrived when the answer to a write was lost', async () => {
    await putMany(5)
    failWrites({ kind: 'lose-answer' })
    const replication = start()
    await eventually('it is done', async () => push(replication)?.lagDocuments === 0)
    expect(await converged()).toBe(true)
    expect(bulks()).toHaveLength(1)
  })

  it('gets over a write that nobody answers', async () => {
    await putMany(5)
    failWrites({ kind: 'silence' })
    const replication = start()
    await eventually('it is done', async () => push(replication)?.lagDocuments === 0)
    expect(await converged()).toBe(true)
  })

  it.each([
    { status: 429, header: '2' },
    { status: 503, header: 'date' },
  ])('leaves central alone for as long as a $status asks', async ({ status, header }) => {
    await putMany(3)
    let toldMs = 0
    failWrites(() => {
      toldMs = Date.now()
      const retryAfter = header === 'date' ? new Date(toldMs + 3000).toUTCString() : header
      return { kind: 'answer', status, headers: { 'retry-after': retryAfter } }
    })
    const replication = start()
    await eventually('it is told', async () => bulks().length === 1 && push(replication)?.state === 'waiting')
    const asked = system.proxy.requests.length
    await put('more')
    await eventually('all is at central', isPushed)
    expect(Date.now() - toldMs).toBeGreaterThan(1900)
    const bulk = bulks()[1]
    const quiet = system.proxy.requests.slice(asked).findIndex((request) => request === bulk)
    expect(quiet).toBeLessThan(12)
  })

  it('takes a page with status 200 for a broken line, never for a success', async () => {
    await putMany(3)
    let isCaptive = true
    system.proxy.onRequest(() =>
      isCaptive ? { kind: 'answer', status: 200, body: '<html>Welcome to the mall</html>' } : undefined,
    )
    const replication = start()
    await eventually('the line is seen to be down', async () => replication.wan() === 'down')
    expect(push(replication)?.lagDocuments).toBe(3)
    isCaptive = false
    await eventually('all is at central', isPushed)
    expect(replication.wan()).toBe('up')
  })
})
