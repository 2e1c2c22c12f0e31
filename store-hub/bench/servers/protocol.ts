// What the protocol costs by itself: the same couch-server over a store that says yes at once and keeps nothing.
import { openStore } from '../../src/store/index.ts'
import type { DocumentDatabase, DocumentWrite, Store, WriteResult } from '../../src/store/index.ts'
import { couchApp } from './couch-app.ts'
import { dataFolder, runServer } from './run-server.ts'

const hash = '0123456789abcdef0123456789abcdef'
const store = await openStore({ directory: dataFolder() })
const forgetful = new Map<string, DocumentDatabase>()

function forget(write: DocumentWrite): WriteResult {
  const rev = write.kind === 'edit' ? `1-${hash}` : `${write.revisions.start}-${write.revisions.ids[0]}`
  return { kind: 'stored', id: write.id, rev, isNew: true }
}

function forgetfulDatabase(name: string): DocumentDatabase | undefined {
  const database = store.database(name)
  if (database === undefined) return undefined
  const known = forgetful.get(name) ?? { ...database, write: (writes) => Promise.resolve(writes.map(forget)) }
  forgetful.set(name, known)
  return known
}

const forgetfulStore: Store = { ...store, database: forgetfulDatabase }
await runServer(await couchApp(forgetfulStore), () => store.close())
