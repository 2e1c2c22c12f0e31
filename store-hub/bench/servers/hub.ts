// The hub's couch-server over its store, without the rules for terminals: what the protocol and the store cost.
import fastify from 'fastify'
import { couchServer, couchServerRouting } from '../../src/couch-server/index.ts'
import { openStore } from '../../src/store/index.ts'
import { dataFolder, runServer } from './run-server.ts'

const store = await openStore({ directory: dataFolder() })
const app = fastify({ ...couchServerRouting, forceCloseConnections: true })
const administrator = { name: 'bench', roles: ['_admin'] }
await app.register(
  couchServer({
    store,
    access: { authenticate: () => administrator, mayAdminister: () => true, mayCreateDatabase: () => true },
    limits: { batchDocuments: 10_000 },
  }),
)
await runServer(app, () => store.close())
