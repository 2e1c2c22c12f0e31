import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { terminalSite } from './index.ts'

const page = { accept: 'text/html,application/xhtml+xml', host: 'hub.example:4721' }

describe('the terminal served by the hub', () => {
  let directory: string
  let app: FastifyInstance
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'site-'))
    app = fastify()
  })
  afterEach(async () => {
    await app.close()
    await rm(directory, { recursive: true })
  })

  const build = async (): Promise<void> => {
    await mkdir(path.join(directory, 'assets'))
    await writeFile(path.join(directory, 'index.html'), '<!doctype html><title>Till</title>')
    await writeFile(path.join(directory, 'sw.js'), '1')
    await writeFile(path.join(directory, 'assets/main-4f9a1c2b.js'), '2')
    await terminalSite(app, directory)
  }

  it('lets a browser keep what is named by its content, and asks again for the rest', async () => {
    await build()
    const cacheOf = async (url: string) => (await app.inject({ url })).headers['cache-control']
    expect(await cacheOf('/assets/main-4f9a1c2b.js')).toBe('public, max-age=31536000, immutable')
    expect(await cacheOf('/sw.js')).toBe('no-cache')
    expect(await cacheOf('/')).toBe('no-cache')
  })

  it('answers a page that a person opens with the application, and a missing script with 404', async () => {
    await build()
    const receipts = await app.inject({ url: '/receipts/17', headers: page })
    expect(receipts.statusCode).toBe(200)
    expect(receipts.body).toContain('<title>Till</title>')
    expect(receipts.headers['cache-control']).toBe('no-cache')
    for (const url of ['/assets/gone-00000000.js', '/api/nothing', '/db/nothing']) {
      const missing = await app.inject({ url, headers: page })
      expect(missing.statusCode).toBe(404)
      expect(missing.headers['content-type']).toContain('application/problem+json')
    }
  })

  it('allows scripts, styles and sockets of its own origin only', async () => {
    await build()
    const policy = String((await app.inject({ url: '/', headers: page })).headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("connect-src 'self' ws://hub.example:4721")
    expect(policy).not.toContain('unsafe')
    const forged = await app.inject({ url: '/', headers: { ...page, host: "x; script-src 'unsafe-inline'" } })
    expect(String(forged.headers['content-security-policy'])).not.toContain('unsafe')
  })

  it('says how to build the terminal when it is not there', async () => {
    await terminalSite(app, path.join(directory, 'nowhere'))
    const hint = await app.inject({ url: '/', headers: page })
    expect(hint.body).toContain('npm run build -w @tidemark/terminal-ui')
  })
})
