import { randomBytes } from 'node:crypto'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as yieldTurn } from 'node:timers/promises'
import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleTill, waitUntil } from '@tidemark/service-kit/test-support'
import { ledgerEntryOf } from '../domain/ledger-entry.ts'
import { createSaleFeed, type FeedSocket, type SaleFeed } from './sale-feed.ts'

const limits = { maxReaders: 2, maxOwedBytes: 64 * 1024, heartbeatMs: 5000, maxAgeMs: 60_000 }
let feed: SaleFeed
let app: FastifyInstance
let port: number

beforeEach(async () => {
  feed = createSaleFeed(limits)
  app = fastify()
  app.addHook('preClose', async () => feed.close())
  await app.register(websocket)
  app.get('/live', { websocket: true }, (socket: FeedSocket) => void feed.join(socket, () => true))
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port
})
afterEach(async () => {
  await app.close()
})

const entry = ledgerEntryOf(
  {
    storeId: 's001',
    database: 'sales-2026-11',
    rev: '1-a',
    conflicts: [],
    deleted: false,
    document: { ...sampleTill('s001-t01-1').sale([{ sku: 'milk', quantity: 1 }]) },
    source: 'feed',
  },
  new Date(0),
)

/** A reader that has asked for the feed and then reads nothing, and answers no ping. */
async function openSleeper(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  const key = randomBytes(16).toString('base64')
  socket.write(
    `GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  )
  socket.on('error', () => undefined)
  const before = feed.readers()
  await waitUntil('it has joined', () => feed.readers() > before)
  return socket.pause()
}

function openReader(): { readonly socket: WebSocket; readonly frames: () => number; readonly closed: Promise<number> } {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`)
  let frames = 0
  socket.addEventListener('message', () => (frames += 1))
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  return { socket, frames: () => frames, closed }
}

test('a reader that stops reading is dropped, and the others hear everything', async () => {
  const reader = openReader()
  await waitUntil('it has joined', () => feed.readers() === 1)
  await openSleeper()
  let told = 0
  // The network's own buffers come first: some megabytes.
  for (; told < 200_000 && feed.readers() === 2; told += 1) {
    feed.announce([entry])
    if (told % 50 === 0) await yieldTurn()
  }
  expect(feed.readers()).toBe(1)
  await waitUntil('the reader has heard all', () => reader.frames() === told + 1)
})

test('a reader that answers no ping is let go, and one too many is turned away', async () => {
  await openSleeper()
  const reader = openReader()
  await waitUntil('both have joined', () => feed.readers() === 2)
  expect(await openReader().closed).toBe(1013)
  await waitUntil('the dead one is gone', () => feed.readers() === 1)
  feed.announce([entry])
  await waitUntil('the other hears', () => reader.frames() === 2)
  await app.close()
  expect(await reader.closed).toBe(1001)
})
