/**
 * Service worker: every file of the application is precached under the hash of its content, so a till starts with no network at all.
 * Data never goes through here: PouchDB keeps it, and `/db`, `/api` and `/ws` always go to the hub.
 */
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'

/** Filled in by the build. */
declare const PRECACHE_MANIFEST: PrecacheEntry[]

interface WaitableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface NavigationEvent extends WaitableEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface WorkerScope {
  readonly clients: {
    claim(): Promise<void>
    matchAll(options: { type: 'window' }): Promise<{ postMessage(message: unknown): void }[]>
  }
  readonly location: Location
  skipWaiting(): Promise<void>
  addEventListener(type: string, listener: (event: never) => void): void
}

const worker = globalThis as unknown as WorkerScope
const neverCached = /^\/(db|api|ws|health|metrics)(\/|$)/

worker.addEventListener('fetch', (event: NavigationEvent) => {
  const url = new URL(event.request.url)
  const isOurs = url.origin === worker.location.origin && !neverCached.test(url.pathname)
  if (event.request.mode === 'navigate' && isOurs) event.respondWith(openApp(event.request))
})

worker.addEventListener('activate', (event: WaitableEvent) => event.waitUntil(worker.clients.claim()))

// A new version waits until a page that is just starting asks for it: no till changes under a cashier's hands.
worker.addEventListener('message', (event: MessageEvent<unknown> & WaitableEvent) => {
  if (event.data === 'SKIP_WAITING') event.waitUntil(worker.skipWaiting())
})

worker.addEventListener('sync', (event: WaitableEvent & { readonly tag: string }) => {
  if (event.tag === 'sync-sales') event.waitUntil(wakeTills())
})

cleanupOutdatedCaches()
precacheAndRoute(PRECACHE_MANIFEST)

async function openApp(request: Request): Promise<Response> {
  return (await matchPrecache('/index.html')) ?? fetch(request)
}

async function wakeTills(): Promise<void> {
  const tills = await worker.clients.matchAll({ type: 'window' })
  // `Client.postMessage` has no target origin: a worker's clients are of its own.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  for (const till of tills) till.postMessage('sync-sales')
}
