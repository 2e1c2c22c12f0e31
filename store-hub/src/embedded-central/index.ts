export { buildCentral } from './app.ts'
export type { CentralOptions } from './app.ts'
