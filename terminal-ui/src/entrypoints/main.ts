/** Entry of the application: storage first, then the elements, then the service worker. */
import { requireStrictDurability } from '../data/strict-durability.ts'
import { Till } from '../contexts/till.ts'
import { TmApp } from '../views/app.ts'

requireStrictDurability(IDBDatabase.prototype)

const till = new Till(window.location.origin)
const app = new TmApp()
app.till = till
document.body.append(app)
void till.start()

window.addEventListener('online', () => till.sync?.wake('online'))
// Not proof of anything, but a reason to look: the answer decides.
window.addEventListener('offline', () => till.sync?.wake('online'))

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data === 'sync-sales') till.sync?.wake('service-worker')
  })
  navigator.serviceWorker
    .register('/sw.js')
    .then(startNewVersion)
    // The till sells without it; it only could not start again without a network.
    .catch((error: unknown) => till.warn(`This till could not be prepared for starting offline: ${String(error)}`))
}

/** A version that was fetched during an earlier visit starts now, while nothing is under way; the cart is on disk. */
function startNewVersion(registration: ServiceWorkerRegistration): void {
  if (registration.waiting === null) return
  navigator.serviceWorker.addEventListener('controllerchange', () => window.location.reload(), { once: true })
  // `ServiceWorker.postMessage` has no target origin: a worker is of the page's own.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  registration.waiting.postMessage('SKIP_WAITING')
}
