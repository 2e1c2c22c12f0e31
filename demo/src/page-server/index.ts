export { buildPage, type PageOptions } from './page-server.ts'
export type { Snapshot } from './snapshot-types.ts'
