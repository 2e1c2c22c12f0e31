export { openSyncApi } from './open-sync-api.ts'
export type { RejectedOperation } from './push-operations.ts'
