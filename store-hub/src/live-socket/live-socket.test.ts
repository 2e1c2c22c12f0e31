import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate as yieldTurn } from 'node:timers/promises'
import { socketCloseCodes, type HubFrame, type WanState } from '@tidemark/contracts'
import fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore, type Store } from '../store/index.ts'
import { eventually } from '../testing/index.ts'
import { liveSocket, type LiveSocket } from './live-socket.ts'

let directory: string
let store: Store
let app: FastifyInstance
let hub: LiveSocket
let port: number
let conflicts: number
let readOnlyReason: string | undefined
let revoked: Set<string>
const listeners = {
  wan: (_state: WanState): void => undefined,
  revoked: () => undefined as void,
  conflicts: () => undefined as void,
  readOnly: () => undefined as void,
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'socket-'))
  store = await openStore({ directory })
  await store.create('catalog')
  await store.create('inventory')
  conflicts = 0
  readOnlyReason = undefined
  revoked = new Set()
  app = fastify()
  hub = await liveSocket(app, {
    store,
    storeId: 's001',
    logger: pino({ level: 'silent' }),
    authenticate: (token) => (token.startsWith('good') && !revoked.has(token) ? { incarnation: token } : undefined),
    isWelcome: ({ incarnation }) => !revoked.has(incarnation),
    wan: () => 'up',
    onWan: (listener) => keep(() => (listeners.wan = listener)),
    onRevoked: (listener) => keep(() => (listeners.revoked = listener)),
    conflicts: () => conflicts,
    onConflicts: (listener) => keep(() => (listeners.conflicts = listener)),
    readOnlyReason: () => readOnlyReason,
    onReadOnly: (listener) => keep(() => (listeners.readOnly = listener)),
    timings: { helloMs: 10_000, heartbeatMs: 60_000 },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port
})
afterEach(async () => {
  await app.close()
  await store.close()
  await rm(directory, { recursive: true })
})

it('wakes two hundred terminals, with few frames for many writes, and tells them of epoch, conflicts and the line', async () => {
  const terminals = await Promise.all(Array.from({ length: 200 }, (_, index) => openTerminal(`good-${index}`)))
  expect(hub.connected()).toBe(200)
  for (let number = 0; number < 300; number += 1) {
    await write('catalog', `product:${number}`)
    if (number % 10 === 0) await write('inventory', `movement:${number}`)
  }
  conflicts = 3
  listeners.conflicts()
  listeners.wan('down')
  readOnlyReason = 'another hub'
  listeners.readOnly()
  const epoch = await store.rotateEpoch('a test')
  await eventually('everybody has heard of the last write', async () =>
    terminals.every(
      ({ frames }) =>
        frames.some((frame) => frame.type === 'wake' && frame.database === 'catalog' && frame.sequence === 300) &&
        frames.some(({ type }) => type === 'epoch'),
    ),
  )
  for (const { frames } of terminals) {
    expect(frames[0]).toMatchObject({ type: 'welcome', storeId: 's001', wan: 'up' })
    expect(frames).toContainEqual({ type: 'conflicts', open: 3 })
    expect(frames).toContainEqual({ type: 'wan', wan: 'down' })
    expect(frames).toContainEqual({ type: 'epoch', epoch })
    expect(frames).toContainEqual({ type: 'read-only', reason: 'another hub' })
    expect(frames.some(({ type }) => type === 'stock')).toBe(true)
    expect(frames.length).toBeLessThan(250)
  }
  terminals.forEach(({ socket }) => socket.close())
})

it('drops a reader that stops reading, and goes on for the others', async () => {
  const reader = await openTerminal('good-1')
  const sleeper = await openSleeper('good-2')
  await eventually('both have said hello', async () => hub.connected() === 2)
  // The network's own buffers come first: some megabytes.
  for (let count = 0; count < 400_000 && hub.connected() === 2; count += 1) {
    listeners.wan(count % 2 === 0 ? 'down' : 'up')
    if (count % 200 === 0) await yieldTurn()
  }
  expect(hub.connected()).toBe(1)
  // What is in the network's buffers it can still read; then the connection is over.
  sleeper.resume()
  await eventually('its connection is gone', async () => sleeper.destroyed)
  listeners.wan('unknown')
  await eventually(
    'the other has heard all',
    async () => reader.frames.at(-1)?.type === 'wan' && reader.frames.length > 1000,
  )
  reader.socket.close()
})

it('turns away who is unknown, silent, talkative, revoked, or one too many, each with its code', async () => {
  expect(await closeCodeOf(await openSocket('bad'))).toBe(socketCloseCodes.unauthorized)
  expect(await closeCodeOf(await openSocket(undefined))).toBe(socketCloseCodes.unauthorized)
  const talkative = await openTerminal('good-talk')
  const talked = closeCodeOf(talkative.socket)
  for (let count = 0; count < 50; count += 1) talkative.socket.send('{"type":"pong"}')
  expect(await talked).toBe(1008)
  const thief = await openTerminal('good-stolen')
  const shutOut = closeCodeOf(thief.socket)
  revoked.add('good-stolen')
  listeners.revoked()
  expect(await shutOut).toBe(socketCloseCodes.unauthorized)
  const crowd = await Promise.all(Array.from({ length: 256 }, (_, index) => openTerminal(`good-${index}`)))
  expect(await closeCodeOf(await openSocket('good-one-more'))).toBe(socketCloseCodes.tooManyConnections)
  crowd.forEach(({ socket }) => socket.close())
})

function keep(take: () => unknown): () => void {
  take()
  return () => undefined
}

async function write(database: string, id: string): Promise<void> {
  await store.database(database)?.write([{ kind: 'edit', id, deleted: false, body: '{}' }])
}

async function openSocket(token: string | undefined): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  if (token !== undefined) socket.send(JSON.stringify({ type: 'hello', token }))
  return socket
}

async function openTerminal(token: string): Promise<{ socket: WebSocket; frames: HubFrame[] }> {
  const frames: HubFrame[] = []
  const socket = await openSocket(token)
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as HubFrame))
  await eventually('welcome', async () => frames.length > 0)
  return { socket, frames }
}

function closeCodeOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
}

/** Says hello by hand, and never reads again (RFC 6455, sections 4.1 and 5.2). */
async function openSleeper(token: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const key = randomBytes(16).toString('base64')
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  )
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  const text = Buffer.from(JSON.stringify({ type: 'hello', token }))
  // A mask of zeros leaves the text as it is.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]))
  return socket
}
