/** What PouchDB does by itself, with its own defaults: the measure that the till's first load is held against. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'

const source = `
import PouchDB from 'pouchdb-core'
import idb from 'pouchdb-adapter-idb'
import http from 'pouchdb-adapter-http'
import replication from 'pouchdb-replication'
PouchDB.plugin(idb).plugin(http).plugin(replication)
globalThis.PlainPouchDB = PouchDB
`

interface PlainPouch {
  new (name: string, options: object): unknown
  replicate(source: unknown, target: unknown): Promise<{ docs_written: number }>
}
declare const PlainPouchDB: PlainPouch

export async function bundlePlainPouch(): Promise<string> {
  const resolveDir = fileURLToPath(new URL('../../../terminal-ui', import.meta.url))
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir },
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  })
  return outputFiles[0]?.text ?? ''
}

/** Milliseconds to fetch the catalogue into a new database of the page's browser. */
export async function measurePlainReplication(page: Page, script: string, token: string): Promise<number> {
  await page.addScriptTag({ content: script })
  return page.evaluate(async (bearer) => {
    const remote = new PlainPouchDB(`${location.origin}/db/catalog`, {
      adapter: 'http',
      skip_setup: true,
      fetch: (url: string, options: RequestInit) => {
        const headers = new Headers(options.headers)
        headers.set('authorization', `Bearer ${bearer}`)
        return fetch(url, { ...options, headers })
      },
    })
    const local = new PlainPouchDB(`plain-${Date.now()}`, { adapter: 'idb' })
    const startedAt = performance.now()
    await PlainPouchDB.replicate(remote, local)
    return performance.now() - startedAt
  }, token)
}

declare const location: { readonly origin: string }
