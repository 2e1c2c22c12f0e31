export { createCentralLine } from './central-line.ts'
export type { LineTimings } from './central-line.ts'
export { createCentralReplication } from './runner.ts'
export type { CentralReplication } from './runner.ts'
