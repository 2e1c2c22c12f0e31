export { isStatus, openHubState, readDocument, saveDocument } from './hub-state.ts'
export type { HubState } from './hub-state.ts'
