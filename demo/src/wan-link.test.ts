import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { openWanLink, type WanLink } from './wan-link.ts'

const host = '127.0.0.1'
const opened: { link?: WanLink; server?: Server } = {}

afterEach(async () => {
  await opened.link?.close()
  opened.server?.close()
})

/** A link to a server that echoes. */
async function openEcho(): Promise<WanLink> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  opened.server = server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  opened.link = await openWanLink({ host, port: 0, target: { host, port } })
  return opened.link
}

async function open(link: WanLink): Promise<Socket> {
  const socket = connect({ host, port: link.port })
  await once(socket, 'connect')
  return socket
}

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString()
}

test('a cut ends open connections with a reset, so that half an answer is not taken for a whole one', async () => {
  const link = await openEcho()
  const socket = await open(link)
  expect(await echoed(socket, 'before')).toBe('before')
  const failed = once(socket, 'error')
  link.cut()
  const [error] = (await failed) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
})

test('while it is cut no byte gets through, and after it is restored the same port works again', async () => {
  const link = await openEcho()
  link.cut()
  const refused = connect({ host, port: link.port })
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
  link.restore()
  const socket = await open(link)
  expect(await echoed(socket, 'after')).toBe('after')
  socket.destroy()
})
