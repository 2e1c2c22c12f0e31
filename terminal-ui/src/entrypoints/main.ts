/** Entry of the application: storage first, then the elements, then the service worker. */
import { msg, str } from '@lit/localize'
import { watchStorage } from '../data/storage-failures.ts'
import { requireStrictDurability } from '../data/strict-durability.ts'
import { Till } from '../contexts/till.ts'
import { TmApp } from '../views/app.ts'

requireStrictDurability(IDBDatabase.prototype)

const till = new Till(window.location.origin)
watchStorage(IDBDatabase.prototype, (database, failure) => till.noteStorageFailure(database, failure))
const app = new TmApp()
app.till = till
document.body.append(app)
const started = till.start()

window.addEventListener('online', () => till.sync?.wake('online'))
// Not proof of anything, but a reason to look: the answer decides.
window.addEventListener('offline', () => till.sync?.wake('online'))

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data === 'sync-sales') till.sync?.wake('service-worker', ['sales'])
  })
  navigator.serviceWorker
    .register('/sw.js')
    .then(async (registration) => {
      await started
      till.update.watch(registration)
    })
    // The till sells without it; it only could not start again without a network.
    .catch((error: unknown) =>
      till.notices.warn(msg(str`This till could not be prepared for starting offline: ${String(error)}`)),
    )
}
