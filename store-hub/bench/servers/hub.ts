// The hub's couch-server over its store: what the protocol and the store cost.
import { openStore } from '../../src/store/index.ts'
import { couchApp } from './couch-app.ts'
import { dataFolder, runServer } from './run-server.ts'

const store = await openStore({ directory: dataFolder() })
await runServer(await couchApp(store), () => store.close())
