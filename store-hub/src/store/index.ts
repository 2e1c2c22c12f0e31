export { StoreError } from './errors.ts'
export { isDatabaseName } from './database-name.ts'
export { openStore } from './store.ts'
export type { Store } from './store.ts'
