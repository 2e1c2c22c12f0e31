import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { salesDatabaseOf } from '@tidemark/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../store/index.ts'
import { connectTill, makeSale, startStore, type StoreSystem } from '../testing/index.ts'
import { runCommandLine } from './run-command-line.ts'

interface Printed {
  readonly exitCode: number
  readonly out: string
  readonly err: string
}

async function hub(dataDirectory: string | undefined, ...words: string[]): Promise<Printed> {
  let out = ''
  let err = ''
  const collect = (add: (text: string) => void) => ({
    write: (text: string | Uint8Array) => {
      add(String(text))
      return true
    },
  })
  const exitCode = await runCommandLine({
    words,
    config: { dataDirectory, user: 'm1' },
    stdout: collect((text) => (out += text)),
    stderr: collect((text) => (err += text)),
    nowMs: Date.now(),
  })
  return { exitCode, out, err }
}

const salesDatabase = salesDatabaseOf(new Date().toISOString())
const revision = '1-0123456789abcdef0123456789abcdef'

describe('the command line, with a hub that runs', () => {
  let system: StoreSystem
  let running: Awaited<ReturnType<StoreSystem['startHub']>>
  let data: string
  let incarnation: string
  let token: string
  beforeAll(async () => {
    system = await startStore()
    running = await system.startHub()
    data = path.join(system.directory, 'hub')
    ;({ incarnation, token } = await running.enrolWhenReady(1))
    const till = connectTill(running.url, token)
    await till.database(salesDatabase).put({ ...makeSale(incarnation, 1) })
  })
  afterAll(() => system.close())

  const json = async (...words: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await hub(data, ...words, '--json')).out) as Record<string, unknown>

  /** Refused until the shift of its day is open, say; here: until the rule that it breaks is no longer broken. */
  const refuseSale = async (number: number): Promise<{ id: string; documentId: string }> => {
    const sale = makeSale(incarnation, number)
    const poison = { ...sale, totals: { ...sale.totals, grossMinor: 1 }, _rev: revision }
    await connectTill(running.url, token).replicate(salesDatabase, [poison])
    const { items } = (await json('quarantine', 'list')) as { items: { id: string; documentId: string }[] }
    return items[0] ?? { id: '', documentId: '' }
  }

  it('shows how the hub is, for people and for programs', async () => {
    const { exitCode, out, err } = await hub(data, 'status')
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toMatch(/^store +s001 {2}Harbour Street$/m)
    expect(out).toMatch(/^hub +running for /m)
    expect(out).toMatch(new RegExp(`^${salesDatabase} +1 +1 `, 'm'))
    expect(await json('status')).toMatchObject({ running: true, storeId: 's001', lastBackup: null })
  })

  it('takes the token of its own data folder only, and the file is only for its owner', async () => {
    const file = path.join(data, 'administration.token')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const kept = await readFile(file, 'utf8')
    const overview = (authorization?: string): Promise<Response> =>
      fetch(`${running.url}/api/admin/overview`, { headers: authorization === undefined ? {} : { authorization } })
    expect((await overview()).status).toBe(401)
    expect((await overview(`Bearer ${token}`)).status).toBe(401)
    expect((await overview(`Bearer ${kept.trim()}`)).status).toBe(200)
    await writeFile(file, 'another\n')
    const refused = await hub(data, 'status')
    await writeFile(file, kept)
    expect(refused).toMatchObject({ exitCode: 1, out: '' })
    expect(refused.err).toContain("does not take the administrator's token")
  })

  it('writes a backup, once per folder, and says so in the status and in the sync log', async () => {
    const target = path.join(system.directory, 'backup')
    const { exitCode, out } = await hub(data, 'backup', target)
    expect(exitCode).toBe(0)
    expect(out).toContain(target)
    const again = await hub(data, 'backup', target)
    expect(again).toMatchObject({ exitCode: 1, err: expect.stringContaining('is not empty') as string })
    expect(await json('status')).toMatchObject({ lastBackup: { target } })
    expect((await hub(data, 'restore', target, '--replace')).err).toContain('A hub runs on')
  })

  it('finds nothing wrong, and compacts by name', async () => {
    const verified = await hub(data, 'verify')
    expect(verified).toMatchObject({ exitCode: 0, out: expect.stringContaining('Nothing is wrong.') as string })
    expect(await json('verify')).toMatchObject({ ok: true, syncLog: [{ problemCount: 0 }] })
    expect((await hub(data, 'compact', 'catalog')).out).toMatch(/^catalog /m)
    expect((await hub(data, 'compact', 'nix')).err).toBe('hub: There is no database nix\n')
  })

  it('lists, shows, offers, discards and restores a refused document', async () => {
    const { id, documentId } = await refuseSale(2)
    expect((await hub(data, 'quarantine', 'list')).out).toContain(documentId)
    expect((await hub(data, 'quarantine', 'show', id)).out).toContain('"grossMinor":1')
    const offered = await hub(data, 'quarantine', 'offer', id)
    expect(offered).toMatchObject({ exitCode: 1, out: expect.stringContaining('is still refused') as string })
    expect((await hub(data, 'quarantine', 'discard', id)).exitCode).toBe(2)
    expect((await hub(data, 'quarantine', 'discard', id, '--reason', 'a test')).exitCode).toBe(0)
    expect(await json('quarantine', 'show', id)).toMatchObject({ state: 'discarded', decision: { by: 'm1' }, count: 2 })
    expect((await hub(data, 'quarantine', 'discard', id, '--reason', 'a test')).err).toContain('is discarded')
    expect((await hub(data, 'quarantine', 'restore', id, '--by', 'm2')).exitCode).toBe(0)
    expect(await json('quarantine', 'show', id)).toMatchObject({ state: 'open', decision: null })
  })

  it('shows quarantine to a terminal, which may decide nothing', async () => {
    const { id } = await refuseSale(3)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    expect((await fetch(`${running.url}/api/quarantine`)).status).toBe(401)
    expect((await fetch(`${running.url}/api/quarantine/${id}`, { headers })).status).toBe(200)
    const body = JSON.stringify({ by: 'cashier', reason: 'gone' })
    const decide = await fetch(`${running.url}/api/quarantine/${id}/discard`, { method: 'POST', headers, body })
    expect(decide.status).toBe(401)
  })
})

describe('the command line, without a hub', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'cli-'))
    const store = await openStore({ directory: path.join(directory, 'data') })
    const catalog = await store.create('catalog')
    await catalog.write([{ kind: 'edit', id: 'product:a', deleted: false, body: '{"n":1}' }])
    await store.close()
  })
  afterAll(() => rm(directory, { recursive: true }))
  const data = (): string => path.join(directory, 'data')

  it('opens the store itself, also where a hub that was killed left its address', async () => {
    await writeFile(
      path.join(data(), 'hub.json'),
      '{"url":"http://127.0.0.1:9","pid":1,"startedAt":"2026-11-22T09:00:00Z"}',
    )
    await writeFile(path.join(data(), 'administration.token'), 'old')
    expect((await hub(data(), 'databases')).out).toMatch(/^catalog +1 /m)
    expect((await hub(data(), 'status')).out).toMatch(/^hub +not running$/m)
    expect((await hub(data(), 'quarantine', 'list')).out).toBe('0 open of 0\n')
    expect((await hub(data(), 'verify')).exitCode).toBe(0)
    expect((await hub(data(), 'quarantine', 'offer', '0'.repeat(32))).err).toContain('This needs the hub')
  })

  it('backs up and restores', async () => {
    const target = path.join(directory, 'backup')
    expect((await hub(data(), 'backup', target)).exitCode).toBe(0)
    const other = path.join(directory, 'other')
    expect((await hub(other, 'restore', target)).exitCode).toBe(0)
    expect((await hub(other, 'databases')).out).toMatch(/^catalog +1 /m)
    expect(await hub(other, 'restore', target)).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('--replace') as string,
    })
    expect((await hub(other, 'restore', target, '--replace')).out).toContain('The old data folder is now')
  })

  it('says what is damaged, by document', async () => {
    const store = await openStore({ directory: path.join(directory, 'damaged') })
    const catalog = await store.create('catalog')
    await catalog.write([{ kind: 'edit', id: 'product:a', deleted: false, body: '{"text":"find me here"}' }])
    await store.close()
    const file = path.join(directory, 'damaged', 'databases', 'catalog.sqlite')
    const content = await readFile(file)
    content.write('lost', content.indexOf('find me here'))
    await writeFile(file, content)
    const { exitCode, out } = await hub(path.join(directory, 'damaged'), 'verify')
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^catalog: product:a: /m)
    expect(out).toContain('Something is wrong')
  })

  it('answers a wrong command line with one line and exit code 2, in JSON too', async () => {
    expect(await hub(undefined, 'status')).toMatchObject({ exitCode: 2, out: '' })
    expect((await hub(data(), 'quarantine', 'show')).err).toContain('<id> is missing')
    expect((await hub(data(), 'nix')).exitCode).toBe(2)
    expect((await hub(path.join(directory, 'nowhere'), 'status')).exitCode).toBe(1)
    const { exitCode, out } = await hub(data(), 'status', '--wrong', '--json')
    expect(exitCode).toBe(2)
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'usage' } })
  })
})
