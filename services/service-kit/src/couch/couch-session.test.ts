import { createServer, request as forward } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Type } from 'typebox'
import { startCentral, type Central } from '../../test/index.ts'
import { connectCouch } from './couch-client.ts'

let central: Central
beforeAll(async () => {
  central = await startCentral()
})
afterAll(() => central?.stop())

interface Passage {
  readonly url: string
  /** Method, path and how the sender said who it is. */
  readonly seen: string[]
  close(): Promise<void>
}

/** Passes requests on to central, and notes how they say who they are. `sessions: false`: as a server that has none. */
async function passage({ sessions }: { readonly sessions: boolean }): Promise<Passage> {
  const { hostname, port } = new URL(central.url)
  const seen: string[] = []
  const server = createServer((incoming, outgoing) => {
    const { authorization, cookie } = incoming.headers
    const path = incoming.url ?? ''
    seen.push(
      `${incoming.method} ${path} ${authorization === undefined ? (cookie ? 'cookie' : 'nothing') : 'password'}`,
    )
    if (!sessions && path === '/_session') return void outgoing.writeHead(404).end('{}')
    const onward = forward({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = (server.address() as { port: number }).port
  return {
    url: central.url.replace(`:${port}`, `:${own}`),
    seen,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const Names = Type.Array(Type.String())
const allDatabases = { path: '_all_dbs' }

test('a client signs in once, goes on with the cookie, and signs in again when its session has gone', async () => {
  const line = await passage({ sessions: true })
  const client = connectCouch(line.url)
  await Promise.all([client.request(Names, allDatabases), client.request(Names, allDatabases)])
  expect(line.seen).toEqual(['POST /_session nothing', 'GET /_all_dbs cookie', 'GET /_all_dbs cookie'])
  // Sessions of the embedded central end with its process.
  await central.halt()
  await central.resume()
  line.seen.length = 0
  await client.request(Names, allDatabases)
  expect(line.seen).toEqual(['GET /_all_dbs cookie', 'POST /_session nothing', 'GET /_all_dbs cookie'])
  await line.close()
})

test('a server without sessions gets the password with each request', async () => {
  const line = await passage({ sessions: false })
  await connectCouch(line.url).request(Names, allDatabases)
  expect(line.seen).toEqual(['POST /_session nothing', 'GET /_all_dbs password'])
  await line.close()
})

test('a wrong password is trouble that may pass, tried once, and is never in a message', async () => {
  const line = await passage({ sessions: true })
  const asking = connectCouch(line.url.replace('secret', 'wr0ng')).request(Names, allDatabases)
  await expect(asking).rejects.toMatchObject({
    name: 'UnavailableError',
    message: expect.not.stringContaining('wr0ng'),
  })
  expect(line.seen).toEqual(['POST /_session nothing'])
  await line.close()
})
