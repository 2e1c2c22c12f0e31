import path from 'node:path'
import fastify from 'fastify'
import { couchServer, couchServerRouting } from '../couch-server/index.ts'
import { buildCentral } from '../embedded-central/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { freePort } from './free-port.ts'

/** The embedded central in this process. */
export interface Central {
  readonly port: number
  readonly store: Store
  stop(): Promise<void>
}

export const centralCredentials = 'admin:secret'

/** `port`: to come back on the one of before. */
export async function startCentral(directory: string, port?: number): Promise<Central> {
  const store = await openStore({ directory: path.join(directory, 'central') })
  const app = buildCentral({ store, adminUser: 'admin', adminPassword: 'secret' })
  const ownPort = port ?? (await freePort())
  await app.listen({ host: '127.0.0.1', port: ownPort })
  return {
    port: ownPort,
    store,
    async stop() {
      await app.close()
      await store.close()
    },
  }
}

/** A central that refuses one document by its id, as a CouchDB with a `validate_doc_update` would. */
export interface PickyCentral {
  readonly port: number
  readonly store: Store
  /** '' refuses nothing. */
  refuse(id: string): void
  close(): Promise<void>
}

export async function startPickyCentral(directory: string): Promise<PickyCentral> {
  const store = await openStore({ directory: path.join(directory, 'picky-central') })
  let refused = ''
  const app = fastify({ ...couchServerRouting, forceCloseConnections: true })
  await app.register(
    couchServer({
      store,
      access: { authenticate: () => ({ name: 'admin', roles: ['_admin'] }), mayCreateDatabase: () => true },
      validateDocument: ({ document }) =>
        document._id === refused ? { error: 'forbidden', reason: 'not today' } : undefined,
    }),
  )
  const port = await freePort()
  await app.listen({ host: '127.0.0.1', port })
  return {
    port,
    store,
    refuse(id) {
      refused = id
    },
    async close() {
      await app.close()
      await store.close()
    },
  }
}
