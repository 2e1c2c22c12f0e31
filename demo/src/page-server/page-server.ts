/** Serves the demo page, its snapshot of the system, and its switches. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import Fastify, { type FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { host } from '../addresses.ts'
import { demoAccounts, type DemoAccount } from '../issuer.ts'
import type { System } from '../system.ts'
import { createSnapshots } from './snapshot.ts'
import type { Snapshot } from './snapshot-types.ts'

const pageFolder = fileURLToPath(new URL('../page/', import.meta.url))
const StorePath = Type.Object({ storeId: Type.String() })
const WanSwitch = Type.Object({ up: Type.Boolean() }, { additionalProperties: false })
const Account = Type.Object({ account: Type.Optional(Type.Enum([...demoAccounts])) })
const HubSwitch = Type.Object({ running: Type.Boolean() }, { additionalProperties: false })

export interface PageOptions {
  readonly system: System
  readonly addresses: Snapshot['addresses']
}

/** Builds the page's script in memory; nothing is written. Throws esbuild's error when the page does not build. */
export async function buildPage({ system, addresses }: PageOptions): Promise<FastifyInstance> {
  const script = await bundle('demo-page.ts')
  const document = readFileSync(`${pageFolder}index.html`, 'utf8')
  const styles = readFileSync(`${pageFolder}page.css`, 'utf8')
  const snapshot = createSnapshots(system, addresses)
  const app = Fastify({ forceCloseConnections: true })

  app.addHook('onRequest', async (request, reply) => {
    // A page from elsewhere must not reach the switches by giving this address a name of its own (DNS rebinding).
    if (![host, 'localhost'].includes(request.hostname)) await reply.code(403).send({ message: 'unknown host name' })
    reply.header('cache-control', 'no-store').header('content-security-policy', "default-src 'self'")
  })
  app.get('/', (_request, reply) => void reply.type('text/html; charset=utf-8').send(document))
  app.get('/page.js', (_request, reply) => void reply.type('text/javascript; charset=utf-8').send(script))
  app.get('/page.css', (_request, reply) => void reply.type('text/css; charset=utf-8').send(styles))
  app.get('/api/snapshot', () => snapshot())

  // Signs a person in at the services, as an identity provider would after asking who it is. It is asked by our own pages
  // only: the answer to any other origin is one that its browser keeps to itself.
  app.post<{ Querystring: { readonly account?: DemoAccount } }>(
    '/demo/token',
    { schema: { querystring: Account } },
    async (request, reply) => {
      const { origin } = request.headers
      if (origin !== undefined && Object.values(system.urls.services).includes(origin)) {
        reply.header('access-control-allow-origin', origin).header('vary', 'origin')
      }
      return system.issuer.tokenFor(request.query.account ?? 'manager')
    },
  )

  app.post<{ Params: Static<typeof StorePath>; Body: Static<typeof WanSwitch> }>(
    '/api/stores/:storeId/wan',
    { schema: { params: StorePath, body: WanSwitch } },
    async (request, reply) => {
      const store = system.stores.find((candidate) => candidate.storeId === request.params.storeId)
      if (store === undefined) return reply.code(404).send({ message: `no store ${request.params.storeId}` })
      if (request.body.up) system.restoreWan(store.storeId)
      else system.cutWan(store.storeId)
      return reply.code(204).send()
    },
  )

  app.post<{ Params: Static<typeof StorePath>; Body: Static<typeof HubSwitch> }>(
    '/api/stores/:storeId/hub',
    { schema: { params: StorePath, body: HubSwitch } },
    async (request, reply) => {
      const store = system.stores.find((candidate) => candidate.storeId === request.params.storeId)
      if (store === undefined) return reply.code(404).send({ message: `no store ${request.params.storeId}` })
      if (request.body.running) await system.startHub(store.storeId)
      else await system.killHub(store.storeId)
      return reply.code(204).send()
    },
  )
  return app
}

async function bundle(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [`${pageFolder}${entry}`],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  })
  return result.outputFiles[0]?.text ?? ''
}
