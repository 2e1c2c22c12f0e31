/** What other packages may use of the hub: build one, or read its configuration. */
export { buildHub } from './app.ts'
export type { HubOptions } from './app.ts'
export { loadConfig, parseCentralUrl } from './config.ts'
export type { CentralAddress, HubConfig, LoadedConfig } from './config.ts'
