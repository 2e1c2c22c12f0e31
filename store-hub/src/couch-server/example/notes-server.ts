// An application of one's own around the couch-server: notes that PouchDB in a browser keeps and brings here.
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { boundClosing, couchServer, couchServerRouting, openStore } from '@tidemark/store-hub/couch-server'

interface Author {
  readonly name: string
  readonly roles: readonly string[]
}

/** `tokens` says who each bearer token is. Close the application to close the store. */
export async function buildNotesServer(
  directory: string,
  tokens: Readonly<Record<string, string>>,
): Promise<FastifyInstance> {
  const store = await openStore({ directory })
  if (store.database('notes') === undefined) await store.create('notes')

  const app = fastify({ ...couchServerRouting })
  await app.register(
    couchServer<Author>({
      store,
      access: {
        authenticate: ({ headers }) => {
          const name = tokens[headers.authorization?.replace(/^Bearer /, '') ?? '']
          return name === undefined ? undefined : { name, roles: [] }
        },
      },
      validateDocument: async ({ principal, document, readExisting }) => {
        const { author } = (await readExisting()) ?? document
        return author === principal.name
          ? undefined
          : { error: 'forbidden', reason: 'author: a note is changed by its author only' }
      },
      limits: { documentBytes: 10_000 },
    }),
    { prefix: '/db' },
  )
  app.get('/api/notes', () => ({ count: store.database('notes')?.info().documentCount }))
  boundClosing(app, 1_000)
  app.addHook('onClose', () => store.close())
  return app
}
