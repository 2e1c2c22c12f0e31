// The hub's couch-server as it is measured: without the rules for terminals.
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { couchServer, couchServerRouting } from '../../src/couch-server/index.ts'
import type { Store } from '../../src/store/index.ts'

const administrator = { name: 'bench', roles: ['_admin'] }

export async function couchApp(store: Store): Promise<FastifyInstance> {
  const app = fastify({ ...couchServerRouting, forceCloseConnections: true })
  await app.register(
    couchServer({
      store,
      access: { authenticate: () => administrator, mayAdminister: () => true, mayCreateDatabase: () => true },
      limits: { batchDocuments: 10_000 },
    }),
  )
  return app
}
