export { createCentralLine, defaultLineTimings } from './central-line.ts'
export type { CentralLine, LineTimings } from './central-line.ts'
export { createCentralReplication } from './runner.ts'
export type { CentralReplication } from './runner.ts'
