export { createDelegatedWrites } from './delegated-writes.ts'
export type { DelegatedWrites, WriteAnswer } from './delegated-writes.ts'
